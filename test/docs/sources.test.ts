import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";

const ROOT = new URL("../../", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), "utf8");

/** All deployable sources without their comments, by file. */
const SOURCES: readonly (readonly [string, string])[] = globSync("contracts/**/*.sol", { cwd: ROOT })
  .filter((file) => !file.startsWith("contracts/test/"))
  .map((file) => [file, read(file).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "")] as const);

/** Where arithmetic wraps on purpose, or costs too much when checked; none of it counts money. */
const UNCHECKED = /^contracts\/(kernels|verifiers|claims\/libraries|uptime\/SlotBitmap)/;

/** Files in which a pattern stands. */
function filesWith(pattern: RegExp): string[] {
  return SOURCES.filter(([, text]) => pattern.test(text)).map(([file]) => file);
}

describe("Sources", function () {
  it("X-30: should name one compiler, to the version, and be built with it", function () {
    expect(SOURCES.length).to.be.greaterThan(50);
    for (const [file, text] of SOURCES) expect(text, file).to.match(/^pragma solidity 0\.8\.37;$/m);
    const { devDependencies } = JSON.parse(read("package.json")) as { devDependencies: Record<string, string> };
    expect(devDependencies["solc"]).to.equal("0.8.37");
    expect(read("hardhat.config.ts")).to.include('version: "0.8.37"');
  });

  it("X-02, X-20, X-23, X-32, X-47: should have no proxy, initializer, migration or selfdestruct", function () {
    const pattern =
      /\b(initiali[sz]er?|reinitializer|Upgradeable|ERC1967\w*|UUPS\w*|migrate\w*|selfdestruct)\b|Proxy\b/;
    expect(filesWith(pattern)).to.deep.equal([]);
  });

  it("X-02, X-38: should run no code but its own: delegatecall to itself, in the batch, is the only one", function () {
    expect(filesWith(/delegatecall/i)).to.deep.equal(["contracts/common/Batch.sol"]);
    const batch = SOURCES.find(([file]) => file === "contracts/common/Batch.sol")?.[1] ?? "";
    expect(batch.match(/delegatecall\w*\([^)]*\)/gi)).to.deep.equal(["delegatecall(gasNeeded, address()"]);
  });

  it("X-09: should call no address that a caller names, with no data that a caller gives", function () {
    expect(filesWith(/\.call\s*[({]|functionCall\w*\(|\.staticcall\s*[({]/)).to.deep.equal([]);
  });

  it("X-33: should approve nobody, so that no allowance outlives a job", function () {
    expect(filesWith(/\.(approve|forceApprove|safeIncreaseAllowance)\(|\b_approve\(/)).to.deep.equal([]);
  });

  it("X-29: should verify Merkle proofs one leaf at a time", function () {
    expect(filesWith(/multiProof/i)).to.deep.equal([]);
  });

  it("X-48: should check every sum for overflow wherever it counts money", function () {
    expect(filesWith(/\bunchecked\b/).filter((file) => !UNCHECKED.test(file))).to.deep.equal([]);
  });
});
