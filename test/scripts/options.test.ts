import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { execa } from "execa";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { scripts: Record<string, string> };
/** What runs a file of this repository with options of its own; services have tests of theirs. */
const FILES = Object.entries(scripts).flatMap(([name, command]) => {
  const file = /tsx (\S+\.ts)$/.exec(command)?.[1];
  return file === undefined || file.startsWith("services/") ? [] : [[name, file] as const];
});

describe("Options of npm scripts", () => {
  const run = (file: string, ...options: string[]) =>
    execa("node", ["--import", "tsx", file, ...options], { cwd: ROOT, preferLocal: true, reject: false });

  for (const [name, file] of FILES) {
    it(`\`npm run ${name}\` reads them as all others do`, () => {
      const source = readFileSync(`${ROOT}${file}`, "utf8");
      expect(source)
        .to.match(/\bscript\(|\brunScript\(SCRIPT\b/)
        .and.not.include("process.argv.slice");
    });
  }

  it("should be refused in one sentence if they are not known, or have a value that they cannot have", async () => {
    const unknown = await run("scripts/docs/main.ts", "--nonsense");
    expect(unknown.stderr).to.equal("npm run docs: unknown option '--nonsense'. See --help.");
    const refused = await run("scripts/demo/main.ts", "--port", "99999");
    expect(refused.stderr).to.include("'99999' is invalid. It must be a whole number from 1 to 65535. See --help.");
    for (const { stdout, exitCode } of [unknown, refused]) expect([stdout, exitCode]).to.deep.equal(["", 1]);
  });

  it("should leave a script the code that it ends with", async () => {
    for (const [main, code] of [
      ["async () => undefined", 0],
      ["async () => 3", 3],
      ["async () => { process.exitCode = 4; }", 4],
      ["async () => { throw new Error('broken'); }", 1],
    ] as const) {
      const source = `import { runScript } from "./scripts/lib/runScript.ts"; import { script } from "./scripts/lib/script.ts";
        await runScript(script("npm run x", ""), ${main});`;
      const { exitCode } = await run("--input-type=module", "--eval", source);
      expect(exitCode, main).to.equal(code);
    }
  });

  it("should be told by --help", async () => {
    const { stdout, exitCode } = await run("scripts/demo/main.ts", "--help");
    expect(stdout.replace(/\s+/g, " ")).to.include("--port <port> its port").and.include("(default: 8545)");
    expect(exitCode).to.equal(0);
  });
});
