import { execa } from "execa";

import { writeKernelHashes } from "./lib/kernelHashes.js";
import { runScript } from "./lib/runScript.js";
import { script } from "./lib/script.js";
import { buildWasm } from "./lib/wasm.js";

await runScript(
  script(
    "npm run build",
    "Builds everything that is generated: contracts with their types, then the WebAssembly modules.",
  ),
  async () => {
    await execa("hardhat", ["build"], { stdio: "inherit", preferLocal: true });
    await writeKernelHashes();
    await buildWasm();
  },
);
