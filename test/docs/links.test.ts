import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SKIPPED = /(^|\/)(node_modules|artifacts|cache|reports|typechain-types)(\/|$)/;

describe("Links of the documentation", function () {
  it("all lead somewhere", function () {
    const files = globSync("**/*.md", { cwd: ROOT, exclude: (name) => SKIPPED.test(name) });
    expect(files.length).to.be.greaterThan(10);
    const broken = files.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), "utf8").replaceAll(/```[^]*?```|`[^`\n]*`/g, "");
      const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
      return targets
        .filter((target) => !/^[a-z]+:|^#/.test(target))
        .filter((target) => !existsSync(join(ROOT, dirname(file), target.split("#")[0])))
        .map((target) => `${file}: ${target}`);
    });
    expect(broken).to.deep.equal([]);
  });

  it("should name in tables of folders none that is not there", function () {
    const files = globSync("**/README.md", { cwd: ROOT, exclude: (name) => SKIPPED.test(name) });
    const named = files.flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(/^\| `([\w-]+\/)` +\|/gm)].map(([, folder]) =>
        join(dirname(file), folder),
      ),
    );
    expect(named.length).to.be.greaterThan(20);
    expect(named.filter((folder) => !existsSync(join(ROOT, folder)))).to.deep.equal([]);
  });
});
