import { expect } from "chai";
import { AbiCoder, id, keccak256, toBeHex } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

const COMMIT_SECONDS = 100;
const REVEAL_SECONDS = 60;
const BOND = 10n ** 16n;

async function deploy() {
  const [alice, bob, carol] = await ethers.getSigners();
  const beacon = await ethers.deployContract("CommitRevealBeacon", [COMMIT_SECONDS, REVEAL_SECONDS, BOND]);
  const second = (await time.latest()) + 1_000;
  const commit = async (account: typeof alice, secret: string) =>
    beacon.connect(account).commit(second, await beacon.commitmentOf(second, account, secret), { value: BOND });
  return { beacon, second, alice, bob, carol, commit };
}

const encode = (types: string[], values: unknown[]): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(types, values));

describe("CommitRevealBeacon", () => {
  it("should mix the secrets that were revealed, in no order, once the time to reveal is over", async () => {
    const { beacon, second, alice, bob, commit } = await networkHelpers.loadFixture(deploy);
    const secrets = [id("a"), id("b")] as const;
    await time.increaseTo(second - COMMIT_SECONDS);
    await expect(commit(alice, secrets[0])).to.emit(beacon, "SecretCommitted");
    await commit(bob, secrets[1]);
    await time.increaseTo(second);
    await expect(beacon.connect(bob).reveal(second, secrets[1])).to.changeEtherBalance(ethers, bob, BOND);
    await expect(beacon.connect(alice).reveal(second, secrets[0]))
      .to.emit(beacon, "SecretRevealed")
      .withArgs(second, alice, secrets[0]);
    expect(await beacon.revealsOf(second)).to.equal(2n);
    expect(await beacon.valueAt(second)).to.equal(ethers.ZeroHash);

    await time.increaseTo(second + REVEAL_SECONDS);
    const parts = [
      [alice, secrets[0]],
      [bob, secrets[1]],
    ] as const;
    const mix = parts.reduce(
      (sum, [account, secret]) => sum ^ BigInt(encode(["address", "bytes32"], [account.address, secret])),
      0n,
    );
    expect(await beacon.valueAt(second)).to.equal(encode(["bytes32", "uint48"], [toBeHex(mix, 32), second]));
    expect(await ethers.provider.getBalance(beacon)).to.equal(0n);
  });

  it("should lose a value without secrets, and keep the bonds of the silent out of reach", async () => {
    const { beacon, second, alice, commit } = await networkHelpers.loadFixture(deploy);
    await time.increaseTo(second - COMMIT_SECONDS);
    await commit(alice, id("a"));
    await time.increaseTo(second + REVEAL_SECONDS);
    expect(await beacon.valueAt(second)).to.equal(ethers.ZeroHash);
    await expect(beacon.connect(alice).reveal(second, id("a")))
      .to.be.revertedWithCustomError(beacon, "CommitRevealBeacon_NotNow")
      .withArgs(second, second + REVEAL_SECONDS, second + REVEAL_SECONDS + 1);
    expect(await ethers.provider.getBalance(beacon)).to.equal(BOND);
  });

  it("should leave the last to reveal two values for its bond, and no more", async () => {
    const { beacon, second, alice, bob, commit } = await networkHelpers.loadFixture(deploy);
    await time.increaseTo(second - COMMIT_SECONDS);
    await commit(alice, id("a"));
    await commit(bob, id("b"));
    await time.increaseTo(second);
    await beacon.connect(alice).reveal(second, id("a"));
    const values = new Set<string>();
    for (const reveals of [false, true]) {
      const snapshot = await networkHelpers.takeSnapshot();
      if (reveals) await beacon.connect(bob).reveal(second, id("b"));
      await time.increaseTo(second + REVEAL_SECONDS);
      values.add(await beacon.valueAt(second));
      await snapshot.restore();
    }
    expect(values.size).to.equal(2);
    // No third: neither another secret nor a second commitment is taken.
    await expect(beacon.connect(bob).reveal(second, id("c"))).to.be.revertedWithCustomError(
      beacon,
      "CommitRevealBeacon_OtherSecret",
    );
    await expect(commit(bob, id("c"))).to.be.revertedWithCustomError(beacon, "CommitRevealBeacon_NotNow");
  });

  it("should take one commitment each, in time, for the bond", async () => {
    const { beacon, second, alice, bob, commit } = await networkHelpers.loadFixture(deploy);
    await expect(commit(alice, id("a"))).to.be.revertedWithCustomError(beacon, "CommitRevealBeacon_NotNow");
    await time.increaseTo(second - COMMIT_SECONDS);
    await commit(alice, id("a"));
    await expect(commit(alice, id("b")))
      .to.be.revertedWithCustomError(beacon, "CommitRevealBeacon_CannotCommit")
      .withArgs(second, alice);
    await expect(beacon.connect(bob).commit(second, ethers.ZeroHash, { value: BOND })).to.be.revertedWithCustomError(
      beacon,
      "CommitRevealBeacon_CannotCommit",
    );
    for (const value of [0n, BOND - 1n, BOND + 1n]) {
      await expect(beacon.connect(bob).commit(second, id("x"), { value }))
        .to.be.revertedWithCustomError(beacon, "CommitRevealBeacon_WrongBond")
        .withArgs(value, BOND);
    }
    await time.increaseTo(second - 1);
    await expect(commit(bob, id("b"))).to.be.revertedWithCustomError(beacon, "CommitRevealBeacon_NotNow");
  });

  it("should return a bond once, to who committed, for its own secret", async () => {
    const { beacon, second, alice, bob, commit } = await networkHelpers.loadFixture(deploy);
    await time.increaseTo(second - COMMIT_SECONDS);
    await commit(alice, id("a"));
    await commit(bob, id("b"));
    await expect(beacon.connect(alice).reveal(second, id("a"))).to.be.revertedWithCustomError(
      beacon,
      "CommitRevealBeacon_NotNow",
    );
    await time.increaseTo(second);
    // Another's secret, seen in the pool, is of no use: commitments name their account.
    await expect(beacon.connect(bob).reveal(second, id("a"))).to.be.revertedWithCustomError(
      beacon,
      "CommitRevealBeacon_OtherSecret",
    );
    await beacon.connect(alice).reveal(second, id("a"));
    await expect(beacon.connect(alice).reveal(second, id("a"))).to.be.revertedWithCustomError(
      beacon,
      "CommitRevealBeacon_OtherSecret",
    );
  });

  it("should hold exactly the bonds that were not revealed, whoever reveals", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), async (reveals) => {
        const { beacon, second, alice, bob, carol, commit } = await networkHelpers.loadFixture(deploy);
        const accounts = [alice, bob, carol];
        await time.increaseTo(second - COMMIT_SECONDS);
        for (const [i, account] of accounts.entries()) await commit(account, id(`${i}`));
        await time.increaseTo(second);
        for (const [i, account] of accounts.entries())
          if (reveals[i]) await beacon.connect(account).reveal(second, id(`${i}`));
        await time.increaseTo(second + REVEAL_SECONDS);
        const silent = reveals.filter((each) => !each).length;
        expect(await ethers.provider.getBalance(beacon)).to.equal(BigInt(silent) * BOND);
        expect((await beacon.valueAt(second)) === ethers.ZeroHash).to.equal(silent === 3);
      }),
      { numRuns: 8 },
    );
  });

  it("should refuse rules without phases or bond, and say what it asks of its users", async () => {
    const { beacon } = await networkHelpers.loadFixture(deploy);
    for (const rules of [
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0],
    ]) {
      await expect(
        ethers.deployContract("CommitRevealBeacon", rules as [number, number, number]),
      ).to.be.revertedWithCustomError(beacon, "CommitRevealBeacon_BadRules");
    }
    expect(await beacon.noticeSeconds()).to.equal(BigInt(COMMIT_SECONDS));
    expect(await beacon.delaySeconds()).to.equal(BigInt(REVEAL_SECONDS));
    expect(await beacon.bondWei()).to.equal(BOND);
  });
});
