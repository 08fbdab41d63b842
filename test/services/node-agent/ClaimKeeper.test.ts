import type { Defence, Question } from "@millrace/jobs";
import type { TransactionSender } from "@millrace/sdk";
import { expect } from "chai";
import type { ContractTransaction } from "ethers";
import { pino } from "pino";

import { ClaimKeeper } from "../../../services/node-agent/src/tasks/ClaimKeeper.js";

describe("ClaimKeeper", () => {
  it("should answer all other questions when one cannot be answered", async () => {
    const call = (data: string): ContractTransaction => ({ to: "0x", data });
    const question = (what: string, answerBy: number): Question => ({
      what,
      answerBy,
      answer: () => Promise.resolve(call(what)),
    });
    const asked = [question("third", 30), question("late", 9), question("forgotten", 10), question("second", 20)];
    const sent: string[] = [];
    const send = ({ data }: ContractTransaction): Promise<void> => {
      if (data === "forgotten") return Promise.reject(new Error("nobody asks that"));
      sent.push(data);
      return Promise.resolve();
    };
    const keeper = new ClaimKeeper(
      { sender: { send } as unknown as TransactionSender, logger: pino({ enabled: false }) },
      { claimId: 1n, questions: () => Promise.resolve(asked) } as unknown as Defence,
    );
    const failed = await keeper.answer(1, 10).catch((error: unknown) => error);
    expect(sent).to.deep.equal(["second", "third"]);
    expect((failed as Error).message).to.equal("nobody asks that");
  });
});
