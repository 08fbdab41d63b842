import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { verifyPage } from "./lib/verifyPage.js";

const file = fileURLToPath(new URL("../packages/verify-page/dist/verify.html", import.meta.url));
mkdirSync(dirname(file), { recursive: true });
const page = await verifyPage();
writeFileSync(file, page);
console.log(`wrote ${file}, ${Math.ceil(page.length / 1_024)} KiB; open it in a browser`);
