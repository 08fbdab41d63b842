/** Builds everything that is generated: contracts with their types, then the WebAssembly modules. */

import { execa } from "execa";

import { writeKernelHashes } from "./lib/kernelHashes.js";
import { buildWasm } from "./lib/wasm.js";

await execa("hardhat", ["build"], { stdio: "inherit", preferLocal: true });
await writeKernelHashes();
await buildWasm();
