import type { Defence, Question } from "@millrace/jobs";
import { Semaphore, type TransactionSender } from "@millrace/sdk";
import { expect } from "chai";
import type { ContractTransaction } from "ethers";
import { pino } from "pino";

import { ClaimKeeper } from "../../../services/node-agent/src/tasks/ClaimKeeper.js";

describe("ClaimKeeper", () => {
  let sent: string[];
  let computing: Semaphore;

  beforeEach(() => {
    [sent, computing] = [[], new Semaphore(1)];
  });

  const call = (data: string): ContractTransaction => ({ to: "0x", data });

  const question = (what: string, answerBy: number): Question => ({
    what,
    answerBy,
    answer: () => (what === "lost" ? Promise.reject(new Error("it is lost")) : Promise.resolve(call(what))),
  });

  function keeperOf(claimId: bigint, asked: Question[]): ClaimKeeper {
    const send = ({ data }: ContractTransaction): Promise<void> => {
      if (data === "forgotten") return Promise.reject(new Error("nobody asks that"));
      sent.push(data);
      return Promise.resolve();
    };
    return new ClaimKeeper(
      { sender: { send } as unknown as TransactionSender, logger: pino({ enabled: false }), computing },
      { claimId, questions: () => Promise.resolve(asked) } as unknown as Defence,
    );
  }

  it("should answer all other questions when one cannot be answered", async () => {
    const asked = [question("third", 30), question("late", 9), question("forgotten", 10), question("second", 20)];
    const failed = await keeperOf(1n, [...asked, question("lost", 15)])
      .answer(1, 10)
      .catch((error: unknown) => error);
    expect(sent).to.deep.equal(["second", "third"]);
    expect((failed as Error).message).to.equal("nobody asks that");
  });

  it("should have one claim's result in memory at a time, however many are asked about at once", async () => {
    const loaded = new Set<bigint>();
    let most = 0;
    const heavy = (claimId: bigint, what: string): Question => ({
      ...question(what, 20),
      answer: async () => {
        loaded.add(claimId);
        most = Math.max(most, loaded.size);
        await new Promise((resolve) => setTimeout(resolve, 5));
        loaded.delete(claimId);
        return call(what);
      },
    });
    const ids = [1n, 2n, 3n, 4n];
    const keepers = ids.map((id) => keeperOf(id, [heavy(id, `${id}a`), heavy(id, `${id}b`)]));
    await Promise.all(keepers.map((keeper) => keeper.answer(1, 10)));
    expect(most).to.equal(1);
    expect(sent.toSorted()).to.deep.equal(ids.flatMap((id) => [`${id}a`, `${id}b`]));
  });
});
