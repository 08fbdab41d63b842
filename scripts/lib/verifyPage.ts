import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build, type BuildOptions } from "esbuild";

const SOURCE = new URL("../../packages/verify-page/src/", import.meta.url);
const OPTIONS: BuildOptions = {
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  platform: "browser",
  target: "es2022",
  legalComments: "inline",
  logLevel: "silent",
};

/** The page that verifies uptime reports, with all that it needs in one file, and allowed to run nothing else. */
export async function verifyPage(): Promise<string> {
  const worker = await bundle("worker.ts");
  const script = await bundle("page.ts", { WORKER_SOURCE: JSON.stringify(worker) });
  const [page, css] = await Promise.all(
    ["page.html", "page.css"].map((name) => readFile(new URL(name, SOURCE), "utf8")),
  );
  const style = (css ?? "").trim();
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(style)}'`,
    "worker-src blob:",
    "img-src data:",
    // Endpoints that the reader types in.
    "connect-src https: http:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // By functions: a `$` in what is put in means nothing then.
  return (page ?? "")
    .replace("{{policy}}", () => policy)
    .replace("<!-- style -->", () => `<style>${style}</style>`)
    .replace("<!-- script -->", () => `<script type="module">${script}</script>`);
}

async function bundle(name: string, define: Record<string, string> = {}): Promise<string> {
  const { outputFiles } = await build({ ...OPTIONS, entryPoints: [fileURLToPath(new URL(name, SOURCE))], define });
  const text = outputFiles?.[0]?.text.trim() ?? "";
  // A program must not end its own script element.
  return text.replaceAll("</script", "<\\/script");
}

function sourceHash(source: string): string {
  return `sha256-${createHash("sha256").update(source).digest("base64")}`;
}
