import { expect } from "chai";

import pay from "../../tasks/attestor/pay.js";
import type { Plan } from "../../tasks/lib/plan.js";
import type { Session } from "../../tasks/lib/Session.js";

const ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/** An attestor that signed every report of so many epochs and was paid for none, and what the command would send. */
async function planFor(epochs: number, last: number): Promise<{ plan: Plan; paid: number[][]; asked: number }> {
  const paid: number[][] = [];
  let [asked, most, plan]: [number, number, Plan | undefined] = [0, 0, undefined];
  const payeesOf = async () => {
    most = Math.max(most, ++asked);
    await new Promise(setImmediate);
    asked--;
    return { bit: 1n };
  };
  const populateTransaction = (_: string, due: number[]) => {
    paid.push(due);
    return Promise.resolve({ to: ACCOUNT, data: "0x" });
  };
  const rewards = { paymentsOf: () => Promise.resolve({ paid: 0n }), collectAttestorPay: { populateTransaction } };
  const protocol = { contracts: { uptime: { payeesOf }, rewards }, epochs: { epochAt: Number }, now: () => epochs };
  const session = {
    protocol: () => Promise.resolve(protocol),
    execute: (wanted: Plan) => {
      plan = wanted;
      return Promise.resolve(undefined);
    },
  };
  await pay(session as unknown as Session, { account: ACCOUNT, last: `${last}` });
  return { plan: plan as unknown as Plan, paid, asked: most };
}

describe("attestor pay", () => {
  it("should pay for any number of reports, in transactions that each fit into a block", async () => {
    const { plan, paid } = await planFor(5_000, 1_500);
    expect(plan.steps).to.have.length(Math.ceil(1_500 / 64));
    expect(paid.flat()).to.deep.equal(Array.from({ length: 1_500 }, (_, i) => 3_500 + i));
    for (const epochs of paid) expect(epochs.length).to.be.at.most(64);
  });

  it("should not ask a node about all epochs at once", async () => {
    expect((await planFor(5_000, 5_000)).asked).to.be.at.most(64);
  });
});
