import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { verifyPage } from "./lib/verifyPage.js";
import { runScript } from "./lib/runScript.js";
import { script } from "./lib/script.js";

await runScript(
  script("npm run verify-page", "Builds the page that verifies uptime reports in a browser."),
  async () => {
    const file = fileURLToPath(new URL("../packages/verify-page/dist/verify.html", import.meta.url));
    mkdirSync(dirname(file), { recursive: true });
    const page = await verifyPage();
    writeFileSync(file, page);
    console.log(`wrote ${file}, ${Math.ceil(page.length / 1_024)} KiB; open it in a browser`);
  },
);
