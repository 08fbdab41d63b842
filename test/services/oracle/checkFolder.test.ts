import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { checkFolder } from "../../../services/oracle/src/store/checkFolder.js";

describe("checkFolder", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-folder-"));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("should say how much is free where the folder is to be, and make nothing", () => {
    expect(checkFolder(folder)).to.match(/^The disk of \S+ has \d+\.\d GB free\.$/);
    const wanted = join(folder, "a", "b");
    expect(checkFolder(wanted)).to.contain(`The disk of ${folder} has`);
    expect(existsSync(join(folder, "a"))).to.equal(false);
  });

  it("should say that nothing can be written there", () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expect(checkFolder(join(file, "below"))).to.equal(`Nothing can be written to ${file}: it is no folder.`);
  });
});
