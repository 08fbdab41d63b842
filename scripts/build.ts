import { execa } from "execa";

import { writeKernelHashes } from "./lib/kernelHashes.js";
import { script } from "./lib/script.js";
import { buildWasm } from "./lib/wasm.js";

// Without `runScript`, which rests on the contracts' types: these are made here.
script(
  "npm run build",
  "Builds everything that is generated: contracts with their types, then the WebAssembly modules.",
).parse();
await execa("hardhat", ["build"], { stdio: "inherit", preferLocal: true });
await writeKernelHashes();
await buildWasm();
