import { existsSync, readFileSync } from "node:fs";

import { expect } from "chai";

const PAGE = new URL("../../docs/oracle-faults.md", import.meta.url);

/** Text of a test's title, or of the list from which titles are made. */
const literals = (source: string): string[] => {
  return [...source.matchAll(/(["`])((?:\\.|(?!\1).)*)\1/g)].map(([, , text]) => text);
};

describe("The list of what an attestor survives", function () {
  const rows = readFileSync(PAGE, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| fault") && !line.startsWith("| ---"));

  it("names for every fault a test that is there", function () {
    expect(rows.length).to.be.greaterThan(25);
    for (const row of rows) {
      const [, fault, , shown = ""] = row.split(" | ").length === 3 ? ["", ...row.slice(2).split(" | ")] : [];
      expect(fault, row).to.be.a("string");
      const named = [...shown.matchAll(/\[[^\]]+\]\(([^)]+)\) “([^”]+)”/g)];
      expect(named, `no test shows: ${fault}`).not.to.be.empty;
      for (const [, link, title] of named) {
        const file = new URL(link, PAGE);
        expect(existsSync(file), link).to.equal(true);
        const found = literals(readFileSync(file, "utf8")).some((text) => text.includes(title));
        expect(found, `${link} has no “${title}”`).to.equal(true);
      }
    }
  });
});
