import { expect } from "chai";
import { id } from "ethers";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { RootStore } from "../../../services/node-agent/src/capacity/RootStore.js";

describe("RootStore", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "roots-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("should give back what was computed from a seed, and nothing for the one that took its place", () => {
    const [seed, other] = [id("seed"), id("other")];
    new RootStore(folder).write(4, 7n, seed, new Uint8Array([1, 2]));
    const store = new RootStore(folder);
    expect(store.read(4, 7n, seed)).to.deep.equal(new Uint8Array([1, 2]));
    expect(store.read(4, 7n, other)).to.equal(undefined);
    expect(store.read(4, 8n, seed)).to.equal(undefined);
  });

  it("should keep nothing of older epochs", () => {
    const store = new RootStore(folder);
    for (const epoch of [9, 10]) store.write(epoch, 7n, id("seed"), new Uint8Array(1));
    expect(store.read(9, 7n, id("seed"))).to.equal(undefined);
    expect(readdirSync(join(folder, "capacity"))).to.have.length(1);
  });
});
