import { expect } from "chai";
import { id, type TransactionRequest, Wallet } from "ethers";
import hre from "hardhat";

import { type Contracts, MillraceError, type SendOptions } from "@millrace/sdk";
import {
  BatchTree,
  heartbeatHash,
  signBatch,
  signHeartbeat,
  uptimeDomain,
  type Receipt,
  type SignedHeartbeat,
} from "@millrace/uptime-tree/format";

import { Defender, type DefenderParts } from "../../../services/oracle/src/duties/Defender.js";
import { Store } from "../../../services/oracle/src/store/Store.js";
import type { PeerClient } from "../../../services/oracle/src/http/PeerClient.js";
import { agent, BOND_WEI, CHALLENGE_SECONDS, deployUptime, type UptimeFixture } from "../../uptime/uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const [EPOCH, SLOT, NODE] = [0, 1, 2n];
const ANSWER_SECONDS = CHALLENGE_SECONDS / 4;
/** Seat of the member that is tried, and of two that lie together with the node. */
const [ME, LIARS] = [0, [5, 6]] as const;

/** A member that answers challenges to a real contract; what its peers give it is the test's to state. */
describe("Defender", () => {
  let at: UptimeFixture;
  let challengeId: string;
  let answerBy: number;
  let store: Store;
  let shownTo: Receipt[];

  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers, 7);

  afterEach(() => {
    store.close();
  });

  beforeEach(async () => {
    store = new Store(":memory:");
    shownTo = [];
    at = await networkHelpers.loadFixture(deploy);
    const { report, leaves, tree } = await at.post(EPOCH, { bitmap: 0b11n, seats: [0, 1, 2, 3, 4] });
    const index = Number(NODE) - 1;
    await at.challenges.challengeSlot(report, leaves[index]!, [...tree.proof(index)], SLOT, { value: BOND_WEI });
    challengeId = await at.challenges.challengeIdOf(at.hash(report), NODE, SLOT);
    answerBy = Number((await at.challenges.challengeOf(challengeId)).answerBy);
  });

  const domainOf = async () => uptimeDomain(at.chainId, await at.oracle.getAddress());
  /** A heartbeat of the node for the slot, one of several that its agent signed. */
  const beat = async (which: string, slot: number = SLOT): Promise<SignedHeartbeat> =>
    await signHeartbeat(agent, await domainOf(), {
      ...{ epoch: EPOCH, slot, nodeIds: [NODE], blockNumber: 1n, blockHash: id(which) },
    });
  const receiptOf = async (seat: number, heartbeat: SignedHeartbeat): Promise<Receipt> => {
    const domain = await domainOf();
    const tree = new BatchTree([{ nodeId: NODE, heartbeatHash: heartbeatHash(domain, heartbeat) }]);
    const batch = await signBatch(at.attestors[seat]!, domain, { epoch: EPOCH, slot: SLOT, root: tree.root });
    return tree.receipt(batch, NODE)!;
  };
  /** Answers as late as it may wait, with its own heartbeat and what peers give; others heard came before it. */
  const answer = async (
    mine: SignedHeartbeat,
    theirs: Receipt[],
    evidence: SignedHeartbeat,
    others: readonly { heartbeat: SignedHeartbeat; nodeIds: readonly bigint[] }[] = [],
    now = answerBy - 1,
  ): Promise<bigint> => {
    const domain = await domainOf();
    const own = await receiptOf(ME, mine);
    store.slots.addHeartbeats(
      [...others, { heartbeat: mine, nodeIds: [NODE] }].map((heard) => {
        return { ...heard, hash: heartbeatHash(domain, heard.heartbeat) };
      }),
    );
    const client = { evidence: () => Promise.resolve(evidence) } as unknown as PeerClient;
    const [seats, quorum, threshold] = await at.oracle.setOf(EPOCH);
    const [sender] = await ethers.getSigners();
    const defender = new Defender({
      attestor: at.attestors[ME].address,
      domain,
      contracts: { challenges: at.challenges, nodes: at.world } as unknown as Contracts,
      facts: { setOf: () => Promise.resolve({ seats, quorum: Number(quorum), threshold: Number(threshold) }) },
      guard: { onReceipt: (receipt: Receipt) => shownTo.push(receipt) },
      peers: {
        ask: () => Promise.resolve([theirs]),
        find: (_: string, ask: (each: PeerClient) => Promise<unknown>) => ask(client),
      },
      sender: {
        // The day's budget is used up: what nobody pays for is not sent (I7).
        send: async (request: () => Promise<TransactionRequest>, label: string, options: SendOptions = {}) => {
          if (options.isPaid !== true) throw new MillraceError("OVER_BUDGET", `No more today: ${label}.`);
          await sender!.sendTransaction(await request());
        },
      },
      slots: { receipts: () => [own] },
      store,
      turns: { rankIn: () => Promise.resolve(0) },
    } as unknown as DefenderParts);
    const duty = { id: challengeId, epoch: EPOCH, nodeId: String(NODE), slot: SLOT, answerBy };
    try {
      await defender.answerChallenge({ kind: "challenge", ...duty }, now);
    } catch {
      // It is tried again.
    }
    return (await at.challenges.challengeOf(challengeId)).shown;
  };

  it("should show its own heartbeat whatever liars and the node give it instead of theirs (I7)", async () => {
    // The agent signed another heartbeat for the liars: their receipts are good, and they are more.
    const [mine, other] = [await beat("mine"), await beat("theirs")];
    const theirs = await Promise.all(LIARS.map((seat) => receiptOf(seat, other)));
    const forged = { ...other, signature: mine.signature };
    expect(await answer(mine, theirs, forged)).to.equal(1n << BigInt(ME));
    await networkHelpers.time.increase(CHALLENGE_SECONDS);
    await at.challenges.clearSlot(challengeId);
    expect((await at.challenges.challengeOf(challengeId)).shown & 1n, "so it cannot be convicted").to.equal(1n);
  });

  it("should not let a heartbeat that names another slot keep back its own (I7)", async () => {
    const [mine, other] = [await beat("mine"), await beat("theirs", SLOT + 1)];
    const theirs = await Promise.all(LIARS.map((seat) => receiptOf(seat, other)));
    expect(await answer(mine, theirs, other)).to.equal(1n << BigInt(ME));
  });

  it("should show what the node's agent signed, though another one signed the same words before (I7)", async () => {
    const words = { epoch: EPOCH, slot: SLOT, nodeIds: [1n, NODE], blockNumber: 1n, blockHash: id("block") };
    const mine = await signHeartbeat(agent, await domainOf(), words);
    const before = await signHeartbeat(Wallet.createRandom(), await domainOf(), words);
    expect(await answer(mine, [], mine, [{ heartbeat: before, nodeIds: [1n] }])).to.equal(1n << BigInt(ME));
  });

  it("should not leave a challenge until the last moments because the window has become short since (I10)", async () => {
    await at.oracle.setChallengeSeconds(4);
    const mine = await beat("mine");
    const theirs = await Promise.all(LIARS.map((seat) => receiptOf(seat, mine)));
    expect(await answer(mine, theirs, mine, [], answerBy - 10)).to.equal(0b1100001n);
  });

  it("should show what it has alone from half of the time on, as thousands may be asked of it at once (I7)", async () => {
    const mine = await beat("mine");
    const half = answerBy - ANSWER_SECONDS / 2;
    expect(await answer(mine, [], mine, [], half - 1), "others may have theirs").to.equal(0n);
    expect(await answer(mine, [], mine, [], half)).to.equal(1n << BigInt(ME));
  });

  it("should show theirs beside its own when they are good", async () => {
    const [mine, other] = [await beat("mine"), await beat("theirs")];
    const theirs = await Promise.all(LIARS.map((seat) => receiptOf(seat, other)));
    const forged = { ...theirs[0]!, attestor: at.attestors[3]!.address };
    expect(await answer(mine, [...theirs, ...theirs, forged], other)).to.equal(0b1100001n);
    const givers = [ME, ...LIARS].map((seat) => at.attestors[seat]!.address);
    expect(
      shownTo.map(({ attestor }) => attestor),
      "what is given binds who gave it, once",
    ).to.deep.equal(givers);
  });
});
