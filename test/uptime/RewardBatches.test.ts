import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { id, type ContractTransactionReceipt } from "ethers";
import hre from "hardhat";

import { leafTypes, leafValues, type Leaf } from "@millrace/uptime-tree/format";

import { dice } from "./dice.js";
import { agent, BOND_WEI, deployUptime, POT, REGISTRY_DIGEST, Status, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

/** Who owns nodes 1 to 6, by number of the provider. */
const OWNERS = [0, 0, 1, 0, 0, 1];
const ITEM_FAILED = id("ItemFailed(uint256,bytes)");

interface Item {
  readonly leaf: Leaf;
  readonly proof: string[];
}

describe("UptimeRewards.collectMany", () => {
  let at: UptimeFixture;
  let provider: string;
  let other: string;

  /** Two providers with several nodes each. */
  const deploy = async (): Promise<UptimeFixture> => {
    const made = await deployUptime(ethers, networkHelpers);
    const owners = OWNERS.map((owner) => made.providers[owner]!);
    (made.providers as string[]).splice(0, made.providers.length, ...owners);
    await made.world.setNodes(REGISTRY_DIGEST, owners.length);
    for (const [i, owner] of owners.entries()) await made.world.setNode(i + 1, owner, i + 1, agent.address);
    return made;
  };

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
    [provider, , other] = at.providers as [string, string, string];
  });

  const post = async (epoch: number, bitmap?: bigint): Promise<Item[]> => {
    const { leaves, tree } = await at.post(epoch, bitmap === undefined ? {} : { bitmap });
    await at.finalise(epoch);
    return leaves.map((leaf) => ({ leaf, proof: tree.proof(leaf.index) }));
  };

  /** A final report in which every reward is beyond all that there is. */
  const postGreedy = async (epoch: number): Promise<Item[]> => {
    await at.close(epoch);
    const { leaves } = await at.build(epoch);
    const greedy = leaves.map((leaf) => ({ ...leaf, rawCumulativeReward: 2n ** 127n }));
    const tree = StandardMerkleTree.of(greedy.map(leafValues), [...leafTypes]);
    const { report } = await at.build(epoch, { overrides: { root: tree.root } });
    const { signers, signatures } = await at.sign(report, [0, 1, 2]);
    await at.oracle.submitReport(report, signers, signatures);
    await at.finalise(epoch);
    return greedy.map((leaf, i) => ({ leaf, proof: tree.getProof(i) }));
  };

  const mine = (items: readonly Item[], owner = provider): Item[] =>
    items.filter(({ leaf }) => leaf.provider === owner);
  const worth = (items: readonly Item[]): bigint => items.reduce((sum, { leaf }) => sum + leaf.rawCumulativeReward, 0n);

  const collect = async (items: readonly Item[], epoch = 0): Promise<ContractTransactionReceipt> => {
    const [, , , stranger] = await ethers.getSigners();
    const sent = await at.rewards.connect(stranger).collectMany(provider, epoch, [...items]);
    return (await sent.wait())!;
  };

  /** Items that brought nothing, and why. */
  const failuresOf = ({ logs }: ContractTransactionReceipt): [number, string][] =>
    logs
      .filter(({ topics }) => topics[0] === ITEM_FAILED)
      .map((log) => {
        const { index, reason } = at.rewards.interface.parseLog(log)!.args;
        return [Number(index), at.rewards.interface.parseError(reason as string)!.name];
      });

  it("should pay a provider's nodes in one transfer, whoever calls, in a pause (I4)", async () => {
    const items = mine(await post(0));
    await at.oracle.pauseEntries(7 * 24 * 3600);
    const receipt = await collect(items);
    expect(failuresOf(receipt)).to.deep.equal([]);
    const transfers = receipt.logs.filter(({ topics }) => topics[0] === id("Transfer(address,address,uint256)"));
    expect(transfers.length).to.equal(1);
    expect(await at.world.balanceOf(provider)).to.equal(worth(items));
    expect(await at.rewards.rewardsPaid()).to.equal(worth(items));
    for (const { leaf } of items) {
      const { mill, cumulativePot, throughEpoch } = await at.rewards.collectionOf(leaf.nodeId);
      expect([mill, cumulativePot, throughEpoch]).to.deep.equal([leaf.rawCumulativeReward, POT.availability, 0n]);
    }
  });

  it("should hand one sum over to staking where delegators share", async () => {
    const items = mine(await post(0));
    await at.world.setDelegators(provider, true);
    await collect(items);
    expect(await at.world.rewarded(provider)).to.equal(worth(items));
    expect(await at.world.balanceOf(at.world)).to.equal(worth(items));
    expect(await at.world.balanceOf(provider)).to.equal(0n);
  });

  it("should tell by event what brings nothing, and pay the rest (X-28, T-49)", async () => {
    await post(0);
    await at.world.setDelegators(other, true);
    const items = await post(1, 0b11n);
    const [first, second, third] = mine(items) as [Item, Item, Item];
    const [foreign] = mine(items, other) as [Item];
    const receipt = await collect(
      [
        { leaf: first.leaf, proof: second.proof },
        first,
        { leaf: { ...second.leaf, rawCumulativeReward: second.leaf.rawCumulativeReward + 1n }, proof: second.proof },
        foreign,
        first,
        { leaf: { ...third.leaf, epoch: 0 }, proof: third.proof },
        third,
        { leaf: second.leaf, proof: [] },
      ],
      1,
    );
    expect(failuresOf(receipt)).to.deep.equal([
      [0, "UptimeOracle_BadProof"],
      [2, "UptimeOracle_BadProof"],
      [3, "UptimeRewards_OtherProvider"],
      [4, "UptimeRewards_NothingDue"],
      [5, "UptimeOracle_BadProof"],
      [7, "UptimeOracle_BadProof"],
    ]);
    expect(await at.world.balanceOf(provider)).to.equal(worth([first, third]));
    expect((await at.rewards.collectionOf(foreign.leaf.nodeId)).mill).to.equal(0n);
    expect((await at.rewards.collectionOf(second.leaf.nodeId)).mill).to.equal(0n);
  });

  it("should not take a leaf of another epoch's report, though both are final (T-59)", async () => {
    const old = mine(await post(0));
    await post(1);
    expect(failuresOf(await collect(old, 1)).map(([, name]) => name)).to.deep.equal(
      old.map(() => "UptimeOracle_BadProof"),
    );
    expect(await at.rewards.rewardsPaid()).to.equal(0n);
  });

  it("should hold back a node with a correction to settle, and nobody else", async () => {
    const { report, leaves, tree } = await at.post(0);
    const items = leaves.map((leaf) => ({ leaf, proof: tree.proof(leaf.index) }));
    const [held, free] = mine(items) as [Item, Item];
    const { nodeId } = held.leaf;
    await at.challenges.challengeSlot(report, held.leaf, held.proof, 0, { value: BOND_WEI });
    await at.finalise(0);
    expect(failuresOf(await collect([held, free]))).to.deep.equal([[0, "UptimeChallenges_LeafHeld"]]);
    expect(await at.world.balanceOf(provider)).to.equal(worth([free]));

    await at.challenges.clearSlot(await at.challenges.challengeIdOf(at.hash(report), nodeId, 0));
    expect(failuresOf(await collect([held]))).to.deep.equal([[0, "UptimeChallenges_LeafHeld"]]);
    await at.challenges.settleCorrection(report.root, nodeId);
    expect(failuresOf(await collect([held, free]))).to.deep.equal([[1, "UptimeRewards_NothingDue"]]);
    const { delta } = await at.challenges.correctionsOf(nodeId);
    expect(delta < 0n).to.equal(true);
    expect(await at.world.balanceOf(provider)).to.equal(worth([free, held]) + delta);
  });

  it("should refuse none, more than 64, and a report that is not final", async () => {
    const [item] = mine(await post(0));
    for (const count of [0, 65]) {
      await expect(
        at.rewards.collectMany(
          provider,
          0,
          Array.from({ length: count }, () => item!),
        ),
      )
        .to.be.revertedWithCustomError(at.rewards, "Batch_LengthOutOfBounds")
        .withArgs(count, 64);
    }
    const { leaves, tree } = await at.post(1);
    await expect(at.rewards.collectMany(provider, 1, [{ leaf: leaves[0]!, proof: tree.proof(0) }]))
      .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_NotFinal")
      .withArgs(1, Status.Posted);
    expect(failuresOf(await collect(Array.from({ length: 64 }, () => item!))).length).to.equal(63);
  });

  it("should never pay a false report more than the pots, in any order, with any repetition (I8, X-50)", async () => {
    const items = await postGreedy(0);
    for (const owner of [provider, other]) {
      const named = mine(items, owner);
      await at.rewards.collectMany(owner, 0, [...named, ...named.toReversed(), ...named]);
    }
    expect(await at.rewards.rewardsPaid()).to.equal(POT.availability);
    const later = await postGreedy(1);
    for (const owner of [other, provider]) await at.rewards.collectMany(owner, 1, mine(later, owner).toReversed());
    expect(await at.rewards.rewardsPaid()).to.equal(2n * POT.availability);
    expect(await at.world.balanceOf(at.rewards), "the attestors' pots are untouched").to.equal(2n * POT.attestors);
  });

  it("should never pay a node more than the pots since its last collection", async () => {
    const first = mine(await post(0));
    await collect(first);
    await post(1);
    const [one] = mine(await postGreedy(2)) as [Item];
    const before = await at.world.balanceOf(provider);
    await collect([one, one], 2);
    expect((await at.world.balanceOf(provider)) - before).to.equal(2n * POT.availability);
  });

  for (let seed = 1; seed <= (hre.globalOptions.long ? 60 : 4); seed++) {
    it(`should pay in any mix of batches what single collections pay, seed ${seed}`, async () => {
      const roll = dice(seed);
      const made: Item[][] = [];
      for (const epoch of [0, 1, 2]) {
        made.push(roll(3) === 0 ? await postGreedy(epoch) : await post(epoch, BigInt(1 + roll(2 ** 10))));
      }
      const order = Array.from({ length: 8 }, () => {
        const epoch = roll(3);
        const owner = roll(2) === 0 ? provider : other;
        const named = mine(made[epoch]!, owner);
        return { epoch, owner, items: Array.from({ length: 1 + roll(6) }, () => named[roll(named.length)]!) };
      });
      const start = await networkHelpers.takeSnapshot();
      for (const { items } of order) for (const { leaf, proof } of items) await at.rewards.collect(leaf, proof);
      const singly = await books();
      await start.restore();
      for (const { epoch, owner, items } of order) await at.rewards.collectMany(owner, epoch, items);
      expect(await books()).to.deep.equal(singly);
      expect(await at.rewards.rewardsPaid()).to.be.lessThanOrEqual(3n * POT.availability);
    });
  }

  /** All that collections leave behind. */
  async function books(): Promise<unknown[]> {
    const nodes = await Promise.all(OWNERS.map((_, i) => at.rewards.collectionOf(i + 1)));
    const accounts = [provider, other, await at.rewards.getAddress()];
    return [
      await at.rewards.rewardsPaid(),
      nodes.map(({ mill, cumulativePot, throughEpoch }) => [mill, cumulativePot, throughEpoch]),
      await Promise.all(accounts.map((account) => at.world.balanceOf(account))),
    ];
  }
});
