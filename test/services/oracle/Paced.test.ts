import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { Paced } from "../../../services/oracle/src/http/Paced.js";
import { OracleError } from "../../../services/oracle/src/OracleError.js";

describe("Paced", () => {
  it("should do one piece of work after the other, and go on after one that fails", async () => {
    const paced = new Paced();
    let [under, most] = [0, 0];
    const work = async (value: number): Promise<number> => {
      most = Math.max(most, ++under);
      await sleep(1);
      under--;
      if (value === 1) throw new OracleError("NOT_FOUND", "no such thing");
      return value;
    };
    const results = await Promise.allSettled([0, 1, 2, 3].map((value) => paced.run(() => work(value))));
    expect(most).to.equal(1);
    expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });

  it("should let no crowd wait that comes when the last work cost nothing", async () => {
    const paced = new Paced();
    await paced.run(() => 1);
    const asked = Array.from({ length: 200 }, () => paced.run(() => 2).catch((error: unknown) => error));
    const refused = (await Promise.all(asked)).filter((answer) => answer instanceof OracleError);
    expect(refused.length).to.be.at.least(200 - 64);
  });

  it("should turn away those whose turn would come too late", async () => {
    const paced = new Paced();
    let done = 0;
    const heavy = async (): Promise<void> => {
      await sleep(400);
      done++;
    };
    await paced.run(heavy);
    // Each takes four tenths of a second and rests four times as long: five have their turn within ten seconds.
    const asked = Array.from({ length: 40 }, () => paced.run(() => done++).catch((error: unknown) => error));
    const refused = (await Promise.race([Promise.all(asked.slice(10)), sleep(2_000, [])])) as OracleError[];
    expect(refused).to.have.length(30);
    for (const { code } of refused) expect(code).to.equal("TOO_MANY_REQUESTS");
    expect(done, "and nothing of theirs was done").to.be.below(10);
  });
});
