import { existsSync, readFileSync } from "node:fs";

import { expect } from "chai";

import { coverageOf, FAULTS, readFaults } from "../../scripts/lib/knownFaults.js";

const CLASSES = 80;
const INCIDENTS = 51;

describe("docs/known-faults.md", function () {
  const faults = readFaults();

  it("lists every class and every incident once, in order", function () {
    const numbered = (letter: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${letter}-${String(index + 1).padStart(2, "0")}`);
    expect(faults.map(({ id }) => id)).to.deep.equal([...numbered("T", CLASSES), ...numbered("X", INCIDENTS)]);
  });

  it("has a test or a line of the threat model for each: see `npm run faults`", function () {
    const coverage = coverageOf(faults);
    expect(faults.filter(({ id }) => !coverage.has(id)).map(({ id }) => id)).to.deep.equal([]);
  });

  it("says where, and says it right: renewed by `npm run faults -- --write`", function () {
    const coverage = coverageOf(faults);
    for (const [row, id] of readFileSync(FAULTS, "utf8").matchAll(/^\| ([TX]-\d\d) .*$/gm)) {
      const links = [...row.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
      expect(links, id).to.have.lengthOf.at.least(1);
      for (const link of links) {
        expect(existsSync(new URL(link, FAULTS)), `${id}: ${link}`).to.equal(true);
        const file = link.startsWith("../") ? link.slice("../".length) : `docs/${link}`;
        expect(coverage.get(id), `${id} in no title of ${link}`).to.include(file);
      }
    }
  });
});
