import type { BeaconRecorder } from "@millrace/sdk";
import { expect } from "chai";
import { pino } from "pino";

import type { Assignment } from "../../../services/watcher/src/checks/Assignment.js";
import { Duty } from "../../../services/watcher/src/checks/Duty.js";
import type { Desk } from "../../../services/watcher/src/Desk.js";

describe("Duty", () => {
  it("should look at a claim once a block, until nobody can be drawn for it", async () => {
    let head = { number: 7, timestamp: 50 };
    let polls = 0;
    const latest = (): Promise<typeof head> => {
      polls += 1;
      if (polls === 20) head = { number: 8, timestamp: 62 };
      if (polls === 40) head = { number: 9, timestamp: 101 };
      return Promise.resolve(head);
    };
    const desk = {
      clock: { latest, now: () => Promise.resolve(head.timestamp) },
      signal: new AbortController().signal,
      pollMs: 1,
    } as unknown as Desk;
    const looks: number[] = [];
    const assignment = {
      checks: {
        checkOf: () => {
          looks.push(head.number);
          return Promise.resolve({ count: 0n });
        },
      },
      drawnFor: () => Promise.resolve({ seats: [], drawBy: 100n, pickAt: 90n }),
    } as unknown as Assignment;
    const duty = new Duty(desk, {} as unknown as BeaconRecorder, 1n, assignment, pino({ enabled: false }));
    expect(await duty.follow()).to.equal("not drawn");
    expect(looks).to.deep.equal([7, 8, 9]);
  });
});
