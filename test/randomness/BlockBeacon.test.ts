import { expect } from "chai";
import { AbiCoder, keccak256, toBeHex } from "ethers";
import hre from "hardhat";

import { findBeaconBlock, MillraceError } from "../../packages/sdk/src/index.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

/** EIP-2935, and the code that stands there: `history[n % 8191]` for the last 8,191 blocks. */
const HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935";
const HISTORY_CODE =
  "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

async function deploy() {
  // A first block of its own: the chain's genesis has no parent.
  await networkHelpers.mine();
  const beacon = await ethers.deployContract("BlockBeacon");
  const second = (await time.latest()) + 100;
  return { beacon, second };
}

const expectedValue = (randao: string, second: number): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint48"], [randao, second]));

const find = async (second: number) => {
  const found = await findBeaconBlock(ethers.provider, second);
  if (found === undefined) throw new Error("no block yet");
  return found;
};

async function mineAt(second: number, randao: bigint): Promise<void> {
  await time.setNextBlockTimestamp(second);
  await networkHelpers.setPrevRandao(randao);
  await ethers.provider.send("evm_mine", []);
}

describe("BlockBeacon", () => {
  it("should draw from the first block at or after a second, whoever records it and when", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second - 1, 6n);
    await mineAt(second + 7, 7n);
    await mineAt(second + 8, 8n);
    const { blockNumber, header, parentHeader, randao } = await find(second);
    expect(BigInt(randao)).to.equal(7n);
    expect(await beacon.valueAt(second)).to.equal(ethers.ZeroHash);
    const value = expectedValue(randao, second);
    await expect(beacon.record(second, blockNumber, header, parentHeader))
      .to.emit(beacon, "ValueRecorded")
      .withArgs(second, blockNumber, value);
    expect(await beacon.valueAt(second)).to.equal(value);
  });

  it("should take a block of exactly the second", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second, 9n);
    const { blockNumber, header, parentHeader, randao } = await find(second);
    await beacon.record(second, blockNumber, header, parentHeader);
    expect(await beacon.valueAt(second)).to.equal(expectedValue(toBeHex(9n, 32), second));
    expect(randao).to.equal(toBeHex(9n, 32));
  });

  it("should give each second of a gap a value of its own", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second, 9n);
    for (const each of [second - 1, second]) {
      const { blockNumber, header, parentHeader } = await find(each);
      await beacon.record(each, blockNumber, header, parentHeader);
    }
    expect(await beacon.valueAt(second - 1)).not.to.equal(await beacon.valueAt(second));
  });

  it("should not be drawn again: what is recorded stays", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second, 9n);
    const { blockNumber, header, parentHeader } = await find(second);
    await beacon.record(second, blockNumber, header, parentHeader);
    const value = await beacon.valueAt(second);
    await expect(beacon.record(second, 0, "0x", "0x")).not.to.emit(beacon, "ValueRecorded");
    expect(await beacon.valueAt(second)).to.equal(value);
  });

  it("should refuse a later block, an earlier one, and one that has not come", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second + 1, 1n);
    await mineAt(second + 5, 2n);
    const later = await find(second + 2);
    await expect(beacon.record(second, later.blockNumber, later.header, later.parentHeader))
      .to.be.revertedWithCustomError(beacon, "BlockBeacon_NotTheFirst")
      .withArgs(second, second + 1, second + 5);
    await expect(beacon.record(second + 6, later.blockNumber, later.header, later.parentHeader))
      .to.be.revertedWithCustomError(beacon, "BlockBeacon_NotTheFirst")
      .withArgs(second + 6, second + 1, second + 5);
    const next = (await ethers.provider.getBlockNumber()) + 2;
    await expect(beacon.record(second, next, later.header, later.parentHeader))
      .to.be.revertedWithCustomError(beacon, "BlockBeacon_NotTheBlock")
      .withArgs(next);
  });

  it("should refuse headers that are changed, cut, swapped or missing", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second, 3n);
    const { blockNumber, header, parentHeader } = await find(second);
    const changed = `${header.slice(0, -2)}00`;
    const attempts: [string, string, number][] = [
      [changed, parentHeader, blockNumber],
      [header.slice(0, -2), parentHeader, blockNumber],
      ["0x", parentHeader, blockNumber],
      [parentHeader, header, blockNumber],
      [header, header, blockNumber - 1],
      [header, "0x", blockNumber - 1],
      [header, changed, blockNumber - 1],
    ];
    for (const [own, parent, refused] of attempts) {
      await expect(beacon.record(second, blockNumber, own, parent))
        .to.be.revertedWithCustomError(beacon, "BlockBeacon_NotTheBlock")
        .withArgs(refused);
    }
    await expect(beacon.record(second, 0, header, parentHeader)).to.be.revertedWithCustomError(
      beacon,
      "BlockBeacon_NotTheBlock",
    );
  });

  it("should lose a value that nobody recorded while the chain knew its block", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second, 3n);
    const { blockNumber, header, parentHeader } = await find(second);
    await networkHelpers.mine(300);
    await expect(beacon.record(second, blockNumber, header, parentHeader)).to.be.revertedWithCustomError(
      beacon,
      "BlockBeacon_NotTheBlock",
    );
    expect(await beacon.valueAt(second)).to.equal(ethers.ZeroHash);
  });

  it("should record up to 8,191 blocks later where the chain keeps its history (EIP-2935)", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second, 3n);
    const { blockNumber, header, parentHeader } = await find(second);
    await networkHelpers.mine(8_000);
    await networkHelpers.setCode(HISTORY, HISTORY_CODE);
    for (const [number, text] of [
      [blockNumber - 1, parentHeader],
      [blockNumber, header],
    ] as const) {
      await networkHelpers.setStorageAt(HISTORY, number % 8_191, keccak256(text));
    }
    await beacon.record(second, blockNumber, header, parentHeader);
    expect(await beacon.valueAt(second)).to.equal(expectedValue(toBeHex(3n, 32), second));
  });

  it("should ask for no notice and no delay", async () => {
    const { beacon } = await networkHelpers.loadFixture(deploy);
    expect([await beacon.noticeSeconds(), await beacon.delaySeconds()]).to.deep.equal([0n, 0n]);
  });

  it("should cost less than 160,000 gas to record", async () => {
    const { beacon, second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second, 3n);
    const { blockNumber, header, parentHeader } = await find(second);
    const receipt = await (await beacon.record(second, blockNumber, header, parentHeader)).wait();
    expect(receipt?.gasUsed).to.be.lessThan(160_000n);
  });
});

describe("findBeaconBlock", () => {
  it("should say that there is no block yet, or that it is too old", async () => {
    const { second } = await networkHelpers.loadFixture(deploy);
    expect(await findBeaconBlock(ethers.provider, second)).to.equal(undefined);
    await networkHelpers.mine(8_400);
    const error: unknown = await findBeaconBlock(ethers.provider, second).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(MillraceError);
    expect((error as MillraceError).code).to.equal("WRONG_STATE");
  });

  it("should refuse a node whose blocks have fields that it does not know", async () => {
    const { second } = await networkHelpers.loadFixture(deploy);
    await mineAt(second, 3n);
    const lying = {
      send: async (method: string, parameters: unknown[]) => {
        const block = (await ethers.provider.send(method, parameters)) as Record<string, string>;
        return { ...block, mixHash: ethers.ZeroHash };
      },
    };
    const error: unknown = await findBeaconBlock(lying, second).catch((thrown: unknown) => thrown);
    expect((error as MillraceError).code).to.equal("RPC_REFUSED");
  });
});
