import { existsSync, readdirSync, readFileSync } from "node:fs";

import { expect } from "chai";

import { GOVERNED } from "../../ignition/roles.js";
import { generatedPages } from "../../scripts/docs/generatedPages.js";
import { PARAMETERS } from "../../scripts/docs/parameters.js";
import { leavesOf } from "../../scripts/docs/parametersPage.js";
import { Sources } from "../../scripts/docs/Sources.js";

const ROOT = new URL("../../", import.meta.url);
const ADVICE = "`npm run docs` writes it anew";

describe("Generated documentation", () => {
  it("should be what the sources say", async function () {
    const pages = await generatedPages(ROOT);
    const stale = [...pages].filter(([file, text]) => {
      const page = new URL(file, ROOT);
      return !existsSync(page) || readFileSync(page, "utf8") !== text;
    });
    expect(
      stale.map(([file]) => file),
      ADVICE,
    ).to.deep.equal([]);
    const left = readdirSync(new URL("docs/contracts/", ROOT)).filter((name) => !pages.has(`docs/contracts/${name}`));
    expect(left, "pages of contracts that are no more").to.deep.equal([]);
  });

  it("should describe every function, what it does and with which errors it can end", () => {
    const sources = new Sources(ROOT);
    for (const contract of sources.contracts()) {
      for (const { member } of sources.functionsOf(contract)) {
        expect(member.doc.notice, `${contract.name}.${member.name}`).to.not.equal("");
      }
    }
    const settlement = sources.get("BurnMintSettlement");
    if (settlement === undefined) throw new Error("no settlement");
    const buy = sources.functionsOf(settlement).find(({ member }) => member.name === "buyFor");
    expect(buy?.reverts).to.include.members([
      "BurnMintSettlement_HourlyCapReached",
      "EntryPause_EntriesPaused",
      "Wired_Forbidden",
    ]);
  });
});

describe("docs/parameters.md", () => {
  const sources = new Sources(ROOT);

  it("should have every parameter of a deployment, and no other", () => {
    const keys = PARAMETERS.flatMap(({ key }) => key ?? []).sort();
    for (const name of ["production", "local"]) {
      expect([...leavesOf(name).keys()].sort(), name).to.deep.equal(keys);
    }
  });

  it("should name every restricted function of every governed contract", () => {
    const named = new Set(PARAMETERS.flatMap(({ setter }) => setter?.split(", ") ?? []));
    for (const { contract } of GOVERNED) {
      const source = sources.get(contract);
      if (source === undefined) throw new Error(`no source of ${contract}`);
      const restricted = sources
        .lineOf(source)
        .flatMap(({ members }) => members)
        .filter(({ kind, head }) => kind === "function" && /\brestricted\b/.test(head));
      for (const { name } of restricted) expect([...named], contract).to.include(name);
    }
  });
});
