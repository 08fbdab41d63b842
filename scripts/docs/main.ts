import { mkdirSync, rmSync, writeFileSync } from "node:fs";

import { generatedPages } from "./generatedPages.js";
import { runScript } from "../lib/runScript.js";
import { script } from "../lib/script.js";

const ROOT = new URL("../../", import.meta.url);
const CONTRACTS = new URL("docs/contracts/", ROOT);

await runScript(script("npm run docs", "Writes the pages of docs/ that come from the sources."), async () => {
  rmSync(CONTRACTS, { recursive: true, force: true });
  mkdirSync(CONTRACTS, { recursive: true });
  const pages = await generatedPages(ROOT);
  for (const [file, text] of pages) writeFileSync(new URL(file, ROOT), text);
  console.log(`wrote ${pages.size} pages`);
});
