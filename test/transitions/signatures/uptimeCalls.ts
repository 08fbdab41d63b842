import { id, Wallet } from "ethers";

import {
  attestorKeyTypes,
  batchTypes,
  type BuiltReport,
  heartbeatTypes,
  observationTypes,
  reportTypes,
} from "@millrace/uptime-tree/format";

import { Evidence } from "../../uptime/evidence.js";
import type { Statements, Told } from "../../uptime/Testimony.js";
import { agent, BOND, BOND_WEI, type UptimeFixture } from "../../uptime/uptimeFixture.js";
import { domainOf } from "../../support/typedData.js";
import type { Refusal, Signatory, SignaturePlace, SignedCall } from "./SignedCall.js";

const EPOCH = 0;
const SEAT = 3;
const NODE = 2n;
const SLOT = 2;
const NEVER = { never: "Two words that exclude each other do so for ever; what is left of the bond answers." };

/** What the calls below are about: what four attestors said of epoch 0, and a report of the first three. */
interface Ground {
  readonly at: UptimeFixture;
  readonly evidence: Evidence;
  readonly said: readonly Statements[];
  readonly built: BuiltReport;
  readonly domain: SignedCall["domain"];
}

/** Calls of the uptime contracts that take a signature, each made ready on the network that it is given. */
export const UPTIME_CALLS: Record<SignaturePlace, (at: UptimeFixture) => Promise<SignedCall>> = {
  "UptimeOracle.applyAsAttestor possession": async (at) => {
    const account = Wallet.createRandom().connect(at.ethers.provider);
    await at.networkHelpers.setBalance(account.address, 10n ** 20n);
    await at.world.setActive(account.address, BOND);
    return {
      ...(await possessionOf(at, account.address)),
      send: async (signature, key = newKey.address) => at.oracle.connect(account).applyAsAttestor(key, signature),
    };
  },

  "UptimeOracle.rotateKey possession": async (at) => {
    const account = at.attestors[SEAT];
    const call = await possessionOf(at, account.address);
    const again: Refusal = { contract: at.oracle, error: "UptimeOracle_KeyTaken", values: [newKey.address] };
    return {
      ...call,
      again,
      send: async (signature) => at.oracle.connect(account).rotateKey(newKey.address, signature),
    };
  },

  "UptimeOracle.submitReport signatures": async (at) => {
    const { report, ...ground } = await reported(at, false);
    const others = await at.sign(report, [0, 1]);
    return {
      ...ofAttestor(ground, reportTypes, { ...report }),
      again: { contract: at.oracle, error: "UptimeOracle_NotReportable", values: [EPOCH, 1n] },
      late: {
        pass: async () => at.networkHelpers.time.increaseTo((await at.oracle.reportDeadline(EPOCH)) + 1n),
        refusal: { contract: at.oracle, error: "UptimeOracle_TooLate", values: [EPOCH, undefined] },
      },
      send: async (signature) =>
        at.oracle.submitReport(report, others.signers + 2 ** SEAT, others.signatures + signature.slice(2)),
    };
  },

  "UptimeOracle.cosign signature": async (at) => {
    const { report, ...ground } = await reported(at);
    return {
      ...ofAttestor(ground, reportTypes, { ...report }),
      again: { contract: at.oracle, error: "UptimeOracle_AlreadySigned", values: [EPOCH, SEAT] },
      late: {
        pass: async () => at.finalise(EPOCH),
        refusal: { contract: at.oracle, error: "UptimeOracle_NotOpen", values: [EPOCH, 2n] },
      },
      send: async (signature) => at.oracle.cosign(report, SEAT, signature, id("none"), []),
    };
  },

  "UptimeProofs.proveContradiction firstSignature": async (at) => contradiction(at, true),
  "UptimeProofs.proveContradiction secondSignature": async (at) => contradiction(at, false),
  "UptimeProofs.proveTwoObservations first.signature": async (at) => twoObservations(at, true),
  "UptimeProofs.proveTwoObservations second.signature": async (at) => twoObservations(at, false),
  "UptimeProofs.proveTwoBatches first.signature": async (at) => twoBatches(at, true),
  "UptimeProofs.proveTwoBatches second.signature": async (at) => twoBatches(at, false),
  "UptimeProofs.proveUnlistedBatch batch.signature": async (at) => unlistedBatch(at, true),
  "UptimeProofs.proveUnlistedBatch observation.signature": async (at) => unlistedBatch(at, false),

  "UptimeProofs.proveHiddenSighting observation.signature": async (at) => {
    const ground = await groundOf(at, {
      heard: firstSlots,
      seen: (slot) => firstSlots(slot).filter((n) => n !== NODE),
    });
    const { evidence, said } = ground;
    const observation = evidence.observation(said[SEAT]);
    const receipt = evidence.receipt(said[SEAT], NODE, SLOT);
    const listed = evidence.listed(said[SEAT], SLOT).proof;
    const sightings = evidence.sightings(said[SEAT]);
    return {
      ...convicting(ground, observationTypes, observation),
      send: async (signature) =>
        at.proofs.proveHiddenSighting({ ...observation, signature }, receipt, NODE, SLOT, listed, sightings),
    };
  },

  "UptimeChallenges.restoreSlot receipts.signature": async (at) => {
    // Seats 1 and 2 say nothing of the node in the slot; 0 and 3 do, and the report is made of 1 to 3.
    const less = (slot: number): bigint[] => firstSlots(slot).filter((n) => n !== NODE || slot !== SLOT);
    const ground = await groundOf(at, { heard: firstSlots }, [1, 2, 3], (seat) =>
      seat === 1 || seat === 2 ? { heard: less } : { heard: firstSlots },
    );
    const { evidence, said, built } = ground;
    await evidence.post(EPOCH, built.report, [1, 2, 3]);
    const index = Number(NODE) - 1;
    const [leaf, proof] = [built.leaves.leaf(index), built.tree.proof(index)];
    const receipts = [0, SEAT].map((seat) => evidence.receipt(said[seat], NODE, SLOT));
    return {
      ...ofAttestor(ground, batchTypes, { epoch: EPOCH, slot: SLOT, root: receipts[1].root }),
      again: { contract: at.challenges, error: "UptimeChallenges_WrongSlot", values: [NODE, SLOT] },
      late: {
        pass: async () => at.finalise(EPOCH),
        refusal: { contract: at.oracle, error: "UptimeOracle_NotOpen", values: [EPOCH, 2n] },
      },
      send: async (signature) =>
        at.challenges.restoreSlot(built.report, leaf, proof, SLOT, [receipts[0], { ...receipts[1], signature }]),
    };
  },

  "UptimeChallenges.showHeartbeat heartbeat.signature": async (at) => {
    const { ground, challengeId, late } = await challenged(at);
    const heartbeat = await ground.evidence.signedHeartbeat(EPOCH, SLOT);
    const receipt = ground.evidence.receipt(ground.said[SEAT], NODE, SLOT);
    return {
      ...ofAttestor(ground, heartbeatTypes, heartbeat),
      signer: agent,
      refusal: { contract: at.challenges, error: "UptimeEvidence_WrongHeartbeat", values: [NODE, EPOCH, SLOT] },
      again: { asBefore: async () => String(await at.challenges.challengeOf(challengeId)) },
      late,
      send: async (signature) => at.challenges.showHeartbeat(challengeId, { ...heartbeat, signature }, [receipt]),
    };
  },

  "UptimeChallenges.showHeartbeat receipts.signature": async (at) => {
    const { ground, challengeId, late } = await challenged(at);
    const heartbeat = await ground.evidence.signedHeartbeat(EPOCH, SLOT);
    const receipt = ground.evidence.receipt(ground.said[SEAT], NODE, SLOT);
    return {
      ...ofAttestor(ground, batchTypes, { epoch: EPOCH, slot: SLOT, root: receipt.root }),
      again: { asBefore: async () => String(await at.challenges.challengeOf(challengeId)) },
      late,
      send: async (signature) => at.challenges.showHeartbeat(challengeId, heartbeat, [{ ...receipt, signature }]),
    };
  },

  "UptimeChallenges.proveFalseSighting observation.signature": async (at) => {
    const { ground, challengeId, late } = await challenged(at);
    await late.pass();
    await at.challenges.clearSlot(challengeId);
    const { evidence, said } = ground;
    const observation = evidence.observation(said[SEAT]);
    return {
      ...ofAttestor(ground, observationTypes, observation),
      again: { contract: at.challenges, error: "UptimeChallenges_SameSeat", values: [SEAT] },
      late: NEVER,
      send: async (signature) =>
        at.challenges.proveFalseSighting(
          challengeId,
          SEAT,
          { ...observation, signature },
          evidence.sightings(said[SEAT]),
        ),
    };
  },

  "UptimeReceipts.show receipts.signature": async (at) => {
    const ground = await groundOf(at);
    const receipt = ground.evidence.receipt(ground.said[SEAT], NODE, SLOT);
    return {
      ...ofAttestor(ground, batchTypes, { epoch: EPOCH, slot: SLOT, root: receipt.root }),
      again: { asBefore: async () => at.receipts.seenOf(EPOCH, NODE) },
      late: { never: "A receipt says what was; who takes it, a lease, has a time of its own." },
      send: async (signature) => at.receipts.show(EPOCH, NODE, [SLOT], [{ ...receipt, signature }]),
    };
  },
};

const newKey = Wallet.createRandom();

function firstSlots(slot: number): bigint[] {
  return slot < 4 ? [1n, NODE, 3n] : [];
}

/** What all attestors say, and the report of some of them, not posted. */
async function groundOf(
  at: UptimeFixture,
  last: Told = { heard: firstSlots },
  seats: readonly number[] = [0, 1, 2],
  toldBy = (seat: number): Told => (seat === SEAT ? last : { heard: firstSlots }),
): Promise<Ground> {
  // Who is convicted leaves the set from the next epoch: this one is over, so its seats stay.
  await at.close(EPOCH);
  const evidence = await Evidence.of(at);
  const said = await Promise.all(at.attestors.map(async (_, seat) => evidence.tell(EPOCH, seat, toldBy(seat))));
  const built = await evidence.build(
    EPOCH,
    seats.map((seat) => said[seat]),
  );
  return { at, evidence, said, built, domain: await domainOf(at, "Millrace Uptime", at.oracle) };
}

/** An attestor's word, which the contracts know by its seat. */
function ofAttestor({ at, domain }: Ground, types: Readonly<SignedCall["types"]>, message: object) {
  const signer: Signatory = at.attestors[SEAT];
  return {
    signer,
    domain,
    types: { ...types },
    message: message as Record<string, unknown>,
    form: "short" as const,
    refusal: { contract: at.oracle, error: "UptimeOracle_WrongSigner", values: [SEAT, signer.address] },
  };
}

/** The same, of a proof that costs the attestor its bond. */
function convicting(ground: Ground, types: Readonly<SignedCall["types"]>, message: object): Omit<SignedCall, "send"> {
  const again = { contract: ground.at.oracle, error: "UptimeOracle_AlreadyProven", values: [EPOCH, SEAT] };
  return { ...ofAttestor(ground, types, message), again, late: NEVER };
}

async function possessionOf(at: UptimeFixture, account: string): Promise<Omit<SignedCall, "send">> {
  return {
    signer: newKey,
    domain: await domainOf(at, "Millrace Uptime", at.oracle),
    types: { ...attestorKeyTypes },
    message: { account, key: newKey.address },
    form: "long",
    refusal: { contract: at.oracle, error: "UptimeOracle_KeyNotPossessed", values: [newKey.address, account] },
    again: { asBefore: async () => (await at.oracle.attestorOf(account)).key },
    late: { never: "A key serves its account until the account names another (ADR 0076)." },
  };
}

/** A report of the first three, posted or not. */
async function reported(at: UptimeFixture, isPosted = true) {
  const ground = await groundOf(at);
  const { report } = ground.built;
  if (isPosted) await ground.evidence.post(EPOCH, report);
  return { ...ground, report };
}

/** A posted report of which somebody says that the node was not up in the slot. */
async function challenged(at: UptimeFixture) {
  const { report, ...ground } = await reported(at);
  const index = Number(NODE) - 1;
  const args = [report, ground.built.leaves.leaf(index), ground.built.tree.proof(index), SLOT] as const;
  const challengeId = await at.challenges.challengeSlot.staticCall(...args, { value: BOND_WEI });
  await at.challenges.challengeSlot(...args, { value: BOND_WEI });
  const { answerBy } = await at.challenges.challengeOf(challengeId);
  const refusal: Refusal = {
    contract: at.challenges,
    error: "UptimeChallenges_WrongStatus",
    values: [challengeId, 1n, answerBy],
  };
  return { ground, challengeId, late: { pass: async () => at.networkHelpers.time.increaseTo(answerBy), refusal } };
}

async function contradiction(at: UptimeFixture, isFirst: boolean): Promise<SignedCall> {
  const ground = await groundOf(at);
  const { report } = ground.built;
  const other = { ...report, dataHash: id("other data") };
  const [mine, known] = isFirst ? [report, other] : [other, report];
  const good = await at.signOne(known, SEAT);
  return {
    ...convicting(ground, reportTypes, { ...mine }),
    send: async (signature) =>
      at.proofs.proveContradiction(
        report,
        other,
        SEAT,
        ...(isFirst ? ([signature, good] as const) : ([good, signature] as const)),
      ),
  };
}

async function twoObservations(at: UptimeFixture, isFirst: boolean): Promise<SignedCall> {
  const ground = await groundOf(at);
  const mine = ground.evidence.observation(ground.said[SEAT]);
  const other = await ground.evidence.otherObservation(EPOCH, SEAT);
  return {
    ...convicting(ground, observationTypes, mine),
    send: async (signature) => {
      const signed = { ...mine, signature };
      return isFirst
        ? at.proofs.proveTwoObservations(signed, other, SEAT)
        : at.proofs.proveTwoObservations(other, signed, SEAT);
    },
  };
}

async function twoBatches(at: UptimeFixture, isFirst: boolean): Promise<SignedCall> {
  const ground = await groundOf(at);
  const mine = ground.evidence.batch(ground.said[SEAT], EPOCH, SLOT);
  const other = await ground.evidence.otherBatch(EPOCH, SLOT, SEAT);
  return {
    ...convicting(ground, batchTypes, mine),
    send: async (signature) => {
      const signed = { ...mine, signature };
      return isFirst ? at.proofs.proveTwoBatches(signed, other, SEAT) : at.proofs.proveTwoBatches(other, signed, SEAT);
    },
  };
}

async function unlistedBatch(at: UptimeFixture, isBatch: boolean): Promise<SignedCall> {
  const ground = await groundOf(at, { heard: firstSlots, unlisted: [SLOT] });
  const { evidence, said } = ground;
  const [batch, observation] = [evidence.batch(said[SEAT], EPOCH, SLOT), evidence.observation(said[SEAT])];
  const listed = evidence.listed(said[SEAT], SLOT);
  const mine = isBatch ? batch : observation;
  return {
    ...convicting(ground, isBatch ? batchTypes : observationTypes, mine),
    send: async (signature) =>
      at.proofs.proveUnlistedBatch(
        isBatch ? { ...batch, signature } : batch,
        isBatch ? observation : { ...observation, signature },
        SEAT,
        listed.root,
        listed.proof,
      ),
  };
}
