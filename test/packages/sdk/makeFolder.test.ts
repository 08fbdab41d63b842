import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { makeFolder } from "@millrace/sdk";

describe("makeFolder", () => {
  let root: string;

  before(() => {
    root = mkdtempSync(join(tmpdir(), "millrace-folders-"));
  });

  after(() => {
    rmSync(root, { recursive: true });
  });

  it("should make a folder and those above it, and leave one that is there as it is", () => {
    const folder = join(root, "a", "b", "c");
    makeFolder(folder);
    writeFileSync(join(folder, "kept"), "");
    makeFolder(folder);
    expect(existsSync(join(folder, "kept"))).to.equal(true);
  });

  it("should refuse at once what cannot be: below a file, and where the system has no folders of ours", () => {
    writeFileSync(join(root, "file"), "");
    expect(() => {
      makeFolder(join(root, "file", "below"));
    }).to.throw(/EEXIST/);
    expect(() => {
      makeFolder(join(root, "file"));
    }).to.throw(/EEXIST/);
    // Node's own recursive mkdir never returns from here.
    expect(() => {
      makeFolder("/proc/millrace/data");
    }).to.throw(/ENOENT|EACCES|EROFS|EPERM/);
  });
});
