/** Builds everything that is generated: contracts with their types, then the WebAssembly modules. */

import { execa } from "execa";

import { buildWasm } from "./lib/wasm.js";

await execa("hardhat", ["build"], { stdio: "inherit", preferLocal: true });
await buildWasm();
