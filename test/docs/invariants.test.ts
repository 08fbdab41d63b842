import { existsSync, readFileSync } from "node:fs";

import { expect } from "chai";

const DOCS = new URL("../../docs/", import.meta.url);

describe("docs/invariants.md", function () {
  const rows = readFileSync(new URL("invariants.md", DOCS), "utf8").matchAll(/^\| (I\d+) .*$/gm);

  for (const [row, id] of rows) {
    it(`names tests of ${id} that exist and have it in a title`, function () {
      const links = [...row.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => new URL(link, DOCS));
      expect(links).to.have.lengthOf.at.least(1);
      for (const link of links) {
        expect(existsSync(link), link.pathname).to.equal(true);
        const titles = readFileSync(link, "utf8").match(/\b(it|describe)\(\s*["`][^"`]*/g) ?? [];
        const named = titles.some((title) => new RegExp(`\\b${id}\\b`).test(title));
        expect(named, `${id} in ${link.pathname}`).to.equal(true);
      }
    });
  }
});
