import { expect } from "chai";
import { pino } from "pino";

import { OpenClaims } from "../../../services/watcher/src/OpenClaims.js";
import type { OpenClaim } from "../../../services/watcher/src/WatcherStore.js";

const CLAIMS: readonly OpenClaim[] = [
  { game: "results", claimId: 1n, block: 5, status: "seen" },
  { game: "runs", claimId: 1n, block: 6, status: "watching" },
];

describe("OpenClaims", () => {
  const logger = pino({ level: "silent" });
  const signal = new AbortController().signal;

  it("should follow each open claim once, by game and number, until it is over", async () => {
    const followed: OpenClaim[] = [];
    const ends: (() => void)[] = [];
    const claims = new OpenClaims({
      store: { open: () => [...CLAIMS] },
      follow: (claim) => {
        followed.push(claim);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
      logger,
      signal,
    });
    claims.advance();
    claims.advance();
    expect(followed).to.deep.equal(CLAIMS);
    expect(claims.size).to.equal(2);
    for (const end of ends) end();
    await claims.idle();
    expect(claims.size).to.equal(0);
  });

  it("should take up again what failed, and hold nothing else up for it", async () => {
    const followed: string[] = [];
    const claims = new OpenClaims({
      store: { open: () => [...CLAIMS] },
      follow: ({ game }) => {
        followed.push(game);
        return game === "results" ? Promise.reject(new Error("chain is away")) : Promise.resolve();
      },
      logger,
      signal,
    });
    for (let round = 0; round < 2; round++) {
      claims.advance();
      await claims.idle();
    }
    expect(followed).to.deep.equal(["results", "runs", "results", "runs"]);
  });
});
