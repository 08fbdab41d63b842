import { expect } from "chai";

import { chunkRefusal } from "../../../services/node-agent/src/chunks/chunkRefusal.js";
import { policySchema } from "../../../services/node-agent/src/config.js";
import { proofRefusal } from "../../../services/node-agent/src/proofs/proofRefusal.js";
import { rerunRefusal } from "../../../services/node-agent/src/tasks/rerunRefusal.js";
import { type Offer, refusalOf } from "../../../services/node-agent/src/tasks/refusal.js";
import { MILL, taskTerms } from "../../market/marketFixture.js";

/** Forced inclusion and two hours, as production has it. */
const LEAST_OF_THE_CHAIN = 50_400;

describe("refusals of an agent whose policy says nothing", () => {
  const policy = { ...policySchema.parse({}), minResponseSeconds: LEAST_OF_THE_CHAIN };
  const command = ["true"];

  /** An order that binds much, as its buyer chose. */
  const offer = (changes: Parameters<typeof taskTerms>[0]): Offer => ({
    order: {
      terms: taskTerms({ responseSeconds: LEAST_OF_THE_CHAIN, workSeconds: 3_600, ...changes }),
      snapshot: { buyer: command[0]!, openedAt: 0, feePpm: 50_000, bondRule: { floor: 1, detectionPpm: 500_000 } },
    },
    price: MILL,
    bond: 10_000n * MILL,
  });

  it("should leave small jobs alone, whose answers nobody can be sure to give in time", () => {
    expect(policySchema.parse({}).minResponseSeconds).to.equal(undefined);
    expect(refusalOf(policy, offer({}))).to.equal(undefined);
    expect(refusalOf(policy, offer({ responseSeconds: LEAST_OF_THE_CHAIN - 1 }))).to.match(/too fast/);
    expect(refusalOf({ ...policy, minResponseSeconds: 5 }, offer({ responseSeconds: 5 }))).to.equal(undefined);
  });

  it("should leave work alone that would be late before its result is mined", () => {
    expect(refusalOf(policy, offer({ workSeconds: 59 }))).to.match(/no time/);
    expect(refusalOf(policy, offer({ workSeconds: 60 }))).to.equal(undefined);
  });

  it("should leave orders alone that hold its node for weeks, be it for nothing", () => {
    expect(refusalOf(policy, offer({ windowSeconds: 259_201 }))).to.match(/too long/);
    expect(refusalOf(policy, offer({ windowSeconds: 259_200 }))).to.equal(undefined);
  });

  it("should leave chunks and proofs alone that may take longer than their buyer gives", () => {
    const maker = { name: "frames", command, timeoutSeconds: 100 };
    expect(chunkRefusal(policy, maker, offer({ workSeconds: 159 }))).to.match(/longer/);
    expect(chunkRefusal(policy, maker, offer({ workSeconds: 160 }))).to.equal(undefined);
    const prover = { verifier: "0x", program: "0x", command, timeoutSeconds: 100 };
    expect(proofRefusal(policy, prover, offer({ workSeconds: 159, responseSeconds: 0 }))).to.match(/longer/);
    expect(proofRefusal(policy, prover, offer({ workSeconds: 160, responseSeconds: 0 }))).to.equal(undefined);
  });

  it("should leave a proof alone that waits for others and is late then", () => {
    const prover = { verifier: "0x", program: "0x", command, timeoutSeconds: 100 };
    expect(proofRefusal(policy, prover, offer({ workSeconds: 259 }), 100)).to.match(/longer/);
    expect(proofRefusal(policy, prover, offer({ workSeconds: 260 }), 100)).to.equal(undefined);
  });

  it("should leave a program alone that could not be run again in time with all others that were taken", () => {
    const hour = { seconds: 3_600, responseSeconds: LEAST_OF_THE_CHAIN };
    const taken = Array.from({ length: 7 }, () => hour);
    expect(rerunRefusal(taken, 1)).to.equal(undefined);
    expect(rerunRefusal([...taken, hour], 1)).to.match(/all runs at once/);
    expect(rerunRefusal([...taken, hour], 2)).to.equal(undefined);
    expect(rerunRefusal([...taken.slice(1), { seconds: 1, responseSeconds: 30_000 }], 1)).to.match(/all runs at once/);
  });
});
