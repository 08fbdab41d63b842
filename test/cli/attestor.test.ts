import { expect } from "chai";
import hre from "hardhat";

import { OracleStage } from "./OracleStage.js";
import { restoreEach } from "../support/restoreEach.js";
import { expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

/** Accounts that are nobody's yet. */
const KEY = 16;
const OTHER_KEY = 17;

describe("tasks of attestors", function () {
  let at: VerbWorld;

  before(async () => {
    at = await verbWorld(connection);
  });

  after(async () => at.dispose());

  restoreEach(networkHelpers);

  const as = (party: number) => `--from ${party} --yes`;
  const show = async (account: number | string) => at.verbs.json(`attestor show --account ${account}`);
  const addressOf = async (index: number) => (await ethers.getSigners())[index].address;

  it("should take an account from its application to the release of its bond", async () => {
    const { uptime, parameters } = at.world;
    const key = await addressOf(KEY);
    const bond = parameters.attestorBond.toString();
    await at.verbs.json(`attestor apply --key ${KEY} ${as(FROM.alice)}`);
    expect(await show(FROM.alice)).to.include({ state: "applied", key, bond: "0", bondRequired: bond });
    await expectRefused(connection, at.verbs, `attestor admit --account 3 ${as(FROM.alice)}`, /has not the role/);
    const { fromEpoch } = await at.verbs.json(`attestor admit --account 3 ${as(FROM.governor)}`);
    expect((await uptime.setOf(fromEpoch as number)).seats).to.include(key);
    expect(await show(FROM.alice)).to.include({ state: "member", bond });

    const other = await addressOf(OTHER_KEY);
    const rotated = await at.verbs.json(`attestor rotate --key ${OTHER_KEY} ${as(FROM.alice)}`);
    expect((await uptime.setOf(rotated["fromEpoch"] as number)).seats)
      .to.include(other)
      .and.not.to.include(key);

    await expectRefused(connection, at.verbs, `attestor release ${as(FROM.alice)}`, /has not left/);
    const { releaseAt } = await at.verbs.json(`attestor leave ${as(FROM.alice)}`);
    expect(await show(FROM.alice)).to.include({ state: "left", bond, releaseAt });
    const release = `attestor release --account 3 ${as(FROM.stranger)}`;
    await expectRefused(connection, at.verbs, release, /bond of .* is held until/);
    await time.increaseTo(BigInt(releaseAt as number));
    expect(await at.verbs.json(release)).to.include({ bond });
    expect(await show(FROM.alice)).to.include({ state: "none", bond: "0" });
  });

  it("should take an application back, and refuse to leave without a seat", async () => {
    await at.verbs.json(`attestor apply ${as(FROM.alice)}`);
    await at.verbs.json(`attestor leave ${as(FROM.alice)}`);
    expect(await show(FROM.alice)).to.include({ state: "none" });
    await expectRefused(connection, at.verbs, `attestor leave ${as(FROM.alice)}`, /is no attestor/);
    await expectRefused(connection, at.verbs, `attestor admit --account 3 ${as(FROM.governor)}`, /did not apply/);
  });

  it("should take a key that another machine has, with the signature that it makes there", async () => {
    const key = await addressOf(KEY);
    const signed = await at.verbs.json(`attestor consent --account ${FROM.alice} --from ${KEY}`);
    expect(signed).to.include({ account: at.world.alice.address, key });
    const apply = (consent: string) => `attestor apply --key ${key} --consent ${consent} ${as(FROM.alice)}`;
    const others = await at.verbs.json(`attestor consent --account ${FROM.bob} --from ${KEY}`);
    await expectRefused(connection, at.verbs, apply(others["consent"] as string), /has not signed for/);
    await expectRefused(connection, at.verbs, apply("0x12"), /consent "0x12" is malformed/);
    const unknown = `attestor apply --key ${ethers.Wallet.createRandom().address} ${as(FROM.alice)}`;
    await expectRefused(connection, at.verbs, unknown, /node does not hold the key .* attestor consent --account/);
    await at.verbs.json(apply(signed["consent"] as string));
    expect(await show(FROM.alice)).to.include({ state: "applied", key });
  });

  it("should let a node speak through another key, which agreed where it is", async () => {
    const { nodes } = at.world;
    const agent = await addressOf(KEY);
    const { consent } = await at.verbs.json(`node consent --provider ${FROM.alice} --from ${KEY}`);
    const rotate = (from: number, signature: string) =>
      `node agent --node 1 --agent ${agent} --consent ${signature} ${as(from)}`;
    await expectRefused(connection, at.verbs, rotate(FROM.stranger, consent as string), /Node 1 belongs to/);
    await at.verbs.json(rotate(FROM.alice, consent as string));
    const next = (await at.world.settlement.currentEpoch()) + 1n;
    expect(await nodes.agentAt(1, next)).to.equal(agent);
  });

  it("should pay an attestor once for every final report that it signed", async () => {
    const { uptime, token, attestors } = at.world;
    const stage = await OracleStage.open(connection, at.world, () => ({ heard: () => [1n, 2n] }));
    try {
      const [account] = attestors;
      const pay = `attestor pay --account ${account.address} ${as(FROM.stranger)}`;
      await expectRefused(connection, at.verbs, pay, /No final report of the last 100 epochs owes/);
      const { finalAt } = await uptime.reportOf(stage.epoch);
      await time.increaseTo(finalAt);
      expect(await show(account.address)).to.deep.include({ due: [stage.epoch] });
      const before = await token.balanceOf(account);
      const { mill } = await at.verbs.json(pay);
      expect(BigInt(mill as string)).to.equal((await token.balanceOf(account)) - before);
      expect(BigInt(mill as string)).to.be.greaterThan(0n);
      await expectRefused(connection, at.verbs, pay, /No final report of the last 100 epochs owes/);
    } finally {
      stage.close();
    }
  });
});
