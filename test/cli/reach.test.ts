import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";

const ROOT = new URL("../../", import.meta.url);
const FUNCTION = /function (\w+)\([^{;]*?\)([^{;]*)\{/g;

/** Functions that no command and no service calls, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "Wired.wire": "the deployment",
  "Wired.seal": "the deployment",
  "SettlementState.setPayees": "the deployment",
  "SettlementState.setChecksPayee": "the deployment",
  "MillToken.burn": "of a token: wallets",
  "MillToken.burnFrom": "of a token: wallets",
  "LeaseOrders.start": "`startSeats` starts one seat too",
  "CommitRevealBeacon.reveal": "for chains without prevrandao, not deployed",
};

const textOf = (file: string): string => readFileSync(new URL(file, ROOT), "utf8");

/** Functions of the contracts that change something and are neither a module's nor the governor's. */
function openFunctions(): string[] {
  const files = globSync("contracts/**/*.sol", { cwd: ROOT }).filter((file) => !file.startsWith("contracts/test/"));
  return files.flatMap((file) =>
    [...textOf(file).matchAll(FUNCTION)]
      .filter(([, , head]) => /\b(external|public)\b/.test(head) && !/\b(view|pure)\b/.test(head))
      .filter(([, , head]) => !/\b(onlyWired|restricted|onlyOwner)\b/.test(head))
      .map(([, name]) => `${/(\w+)\.sol$/.exec(file)?.[1] ?? ""}.${name}`),
  );
}

describe("functions of contracts", () => {
  it("should each be called by a command or a service, or be none of theirs", () => {
    const files = globSync("{tasks,services,packages}/**/*.ts", {
      cwd: ROOT,
      exclude: (name) => name === "node_modules",
    });
    const text = files.map(textOf).join("\n").replaceAll(/\s+/g, " ");
    const isCalled = (name: string): boolean =>
      new RegExp(`\\b${name} ?(\\.populateTransaction|\\.staticCall)|encodeFunctionData\\( ?"${name}"`).test(text);
    const left = openFunctions().filter((each) => !isCalled(each.split(".")[1] ?? ""));
    expect(left.sort()).to.deep.equal(Object.keys(OTHERWISE).sort());
  });
});
