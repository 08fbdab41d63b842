import { expect } from "chai";

import { Turns } from "../../../services/node-agent/src/Turns.js";

describe("Turns", () => {
  const ids = Array.from({ length: 150 }, (_, i) => BigInt(i));
  const isOwn = (id: bigint): boolean => id === 140n;

  it("should give own jobs a turn in every round, and the others after each other", () => {
    const turns = new Turns();
    const rounds = Array.from({ length: 3 }, () => turns.next(ids, isOwn));
    for (const round of rounds) {
      expect(round[0]).to.equal(140n);
      expect(round.length).to.equal(65);
    }
    expect(new Set(rounds.flat()).size).to.equal(150);
  });

  it("should begin again after the last, and bear that jobs end", () => {
    const turns = new Turns();
    expect(turns.next(ids.slice(0, 2), () => false)).to.deep.equal([0n, 1n]);
    expect(turns.next([], () => false)).to.deep.equal([]);
    expect(turns.next(ids.slice(1, 3), () => false)).to.deep.equal([1n, 2n]);
  });
});
