import { readFileSync } from "node:fs";

import { expect } from "chai";

import { MUTANTS } from "../../scripts/mutants/mutants.js";

const ROOT = new URL("../../", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), "utf8");

describe("Mutations", function () {
  it("change what stands once in their source", function () {
    for (const { file, find } of MUTANTS) expect(read(file).split(find), `${file}: ${find}`).to.have.lengthOf(2);
  });

  it("break every promise of docs/invariants.md at least once", function () {
    const promises = [...read("docs/invariants.md").matchAll(/^\| (I\d+)/gm)].map(([, id]) => id);
    expect([...new Set(MUTANTS.map(({ promise }) => promise))].sort()).to.include.members(promises);
  });

  it("are run by a test that has the promise in a title", function () {
    for (const { promise, test } of MUTANTS) {
      const titles = read(test).match(/\b(it|describe)\(\s*["`][^"`]*/g) ?? [];
      const named = titles.some((title) => new RegExp(`\\b${promise}\\b`).test(title));
      expect(named, `${promise} in ${test}`).to.equal(true);
    }
  });
});
