import type { Contest } from "@millrace/jobs";
import { expect } from "chai";
import { pino } from "pino";

import { Case, type Outcome } from "../../../services/watcher/src/Case.js";
import type { Desk } from "../../../services/watcher/src/Desk.js";
import { MissedError } from "../../../services/watcher/src/Docket.js";
import type { Suit } from "../../../services/watcher/src/Suit.js";

const [OPEN, FINAL, SLASHED] = [1n, 2n, 3n];
const WINDOW_ENDS_AT = 100;

describe("Case", () => {
  let state: bigint;
  let head: { number: number; timestamp: number };
  /** Called each time the chain is asked for its latest block. */
  let onLook: () => void;
  let examine: () => Promise<Contest | undefined>;
  let examined: number[];

  beforeEach(() => {
    [state, examined] = [OPEN, []];
    head = { number: 7, timestamp: 50 };
    onLook = () => undefined;
    examine = () => Promise.resolve(undefined);
  });

  function follow(isWrong = false): Promise<Outcome | undefined> {
    const latest = (): Promise<typeof head> => {
      onLook();
      return Promise.resolve(head);
    };
    const desk = {
      account: "0x",
      clock: { latest, now: async () => (await latest()).timestamp },
      signal: new AbortController().signal,
      pollMs: 1,
      purse: { isOpen: false },
      bonds: { take: () => true, count: () => undefined, putBack: () => undefined },
    } as unknown as Desk;
    const suit = {
      ...{ claimId: 1n, provider: "0x", windowEndsAt: WINDOW_ENDS_AT, responseSeconds: 30 },
      game: { stateOf: () => Promise.resolve(state) },
      examine: (_: unknown, until: number) => {
        examined.push(until);
        return examine();
      },
    } as unknown as Suit;
    return new Case(desk, suit, pino({ enabled: false })).follow(isWrong, () => undefined);
  }

  it("should not execute a claim that is over", async () => {
    state = FINAL;
    expect(await follow()).to.equal("over");
    expect(examined).to.deep.equal([]);
  });

  it("should say that it missed a window, and not that data were not there", async () => {
    examine = () => {
      head = { number: 8, timestamp: WINDOW_ENDS_AT + 1 };
      return Promise.reject(new MissedError());
    };
    expect(await follow()).to.equal("missed");
    expect(examined).to.deep.equal([WINDOW_ENDS_AT]);
  });

  it("should go on with a claim that it found to be wrong, after the window", async () => {
    head = { number: 8, timestamp: WINDOW_ENDS_AT + 1 };
    let failures = 0;
    examine = () => {
      failures += 1;
      if (failures === 3) state = SLASHED;
      return Promise.reject(new Error("the host is away"));
    };
    expect(await follow(true)).to.equal("slashed");
    expect(examined).to.deep.equal([131, 131, 131]);
  });

  it("should look for its next move once a block", async () => {
    const moves: number[] = [];
    const contest = {
      claimId: 1n,
      game: { stateOf: () => Promise.resolve(state) },
      branchesOf: () => Promise.resolve([]),
      next: ({ number }: { number: number }) => {
        moves.push(number);
        return Promise.resolve({ kind: "wait", until: 1_000 });
      },
    } as unknown as Contest;
    examine = () => Promise.resolve(contest);
    let looks = 0;
    onLook = () => {
      looks += 1;
      if (looks === 20) head = { number: 8, timestamp: 62 };
      if (looks === 40) [head, state] = [{ number: 9, timestamp: 74 }, FINAL];
    };
    expect(await follow()).to.equal("stood");
    expect(moves).to.deep.equal([7, 8]);
  });
});
