import { expect } from "chai";
import hre from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { agentConsentTypes } from "@millrace/sdk";
import { heartbeatEvidence, signHeartbeat } from "@millrace/uptime-tree/format";

import { OracleStage } from "../cli/OracleStage.js";
import { marketWorld, type World } from "../market/marketFixture.js";
import { domainOf } from "../support/typedData.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const NODE = 1n;
const SLOT = 0;
const ANSWERED = 2n;

describe("An agent's key that changes in the middle of an epoch (I7)", () => {
  let world: World;
  let newAgent: HardhatEthersSigner;
  let epoch: bigint;
  const stages: OracleStage[] = [];

  const fixture = async (): Promise<World> => await marketWorld(connection);

  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    const { nodes, alice, stranger, settlement } = world;
    newAgent = stranger;
    epoch = await settlement.currentEpoch();
    const domain = await domainOf(connection, "Millrace Nodes", nodes);
    const message = { provider: alice.address, agent: newAgent.address };
    const consent = await newAgent.signTypedData(domain, agentConsentTypes, message);
    await nodes.connect(alice).rotateAgent(NODE, newAgent, consent);
    expect(await settlement.currentEpoch(), "in the same epoch").to.equal(epoch);
  });

  afterEach(() => {
    for (const stage of stages.splice(0)) stage.close();
  });

  /** A report of the running epoch in which all saw the node, and a challenge to its first slot. */
  const challenged = async (): Promise<[OracleStage, string]> => {
    const stage = await OracleStage.open(connection, world, () => ({ heard: (slot) => (slot < 3 ? [NODE] : []) }));
    stages.push(stage);
    const { challenges } = world;
    const { report, leaves, tree } = stage.built;
    const value = await challenges.bondWei();
    await challenges.challengeSlot(report, leaves.leaf(0), [...tree.proof(0)], SLOT, { value });
    return [stage, await challenges.challengeIdOf(stage.reportHash, NODE, SLOT)];
  };

  const answer = async ([stage, challengeId]: [OracleStage, string], by: HardhatEthersSigner): Promise<void> => {
    const { testimony, said } = stage;
    const heartbeat = await signHeartbeat(by, testimony.domain, testimony.heartbeat(stage.epoch, SLOT));
    const receipts = said.map((each) => testimony.receipt(each, NODE, SLOT));
    await world.challenges.showHeartbeat(challengeId, heartbeatEvidence(heartbeat), receipts);
  };

  it("should speak for the node until the epoch ends, and not a slot longer", async () => {
    const [before, after] = [world.agent, newAgent];
    const first = await challenged();
    expect(BigInt(first[0].epoch)).to.equal(epoch);
    await refused(answer(first, after));
    await answer(first, before);

    const second = await challenged();
    expect(second[0].epoch).to.be.greaterThan(first[0].epoch);
    await refused(answer(second, before));
    await answer(second, after);
    for (const [, challengeId] of [first, second]) {
      expect((await world.challenges.challengeOf(challengeId)).status).to.equal(ANSWERED);
    }
  });

  const refused = async (sent: Promise<void>): Promise<void> => {
    await expect(sent).to.be.revertedWithCustomError(world.challenges, "UptimeEvidence_WrongHeartbeat");
  };
});
