import { expect } from "chai";
import hre from "hardhat";

import { TransactionSender } from "@millrace/sdk";

import { allowanceSlot } from "../../../tasks/lib/approval.js";
import { deployMillrace } from "../../support/deployMillrace.js";

const connection = await hre.network.create();
const { ethers } = connection;

describe("TransactionSender", () => {
  it("should send one after the other, in the order of the calls", async () => {
    const [signer, to] = await ethers.getSigners();
    const sender = new TransactionSender(signer!, { pollMs: 5 });
    const receipts = await Promise.all([1n, 2n, 3n].map((value) => sender.send({ to: to!.address, value })));
    expect(receipts.map(({ status }) => status)).to.deep.equal([1, 1, 1]);
    const sent = await Promise.all(receipts.map(({ hash }) => ethers.provider.getTransaction(hash)));
    expect(sent.map((transaction) => transaction!.value)).to.deep.equal([1n, 2n, 3n]);
  });

  it("should send first what is due first, whatever waits before it", async () => {
    const [signer, to] = await ethers.getSigners();
    const sender = new TransactionSender(signer!, { pollMs: 5 });
    const mined: bigint[] = [];
    const send = async (value: bigint, dueAt?: number): Promise<void> => {
      await sender.send({ to: to!.address, value }, "payment", dueAt === undefined ? {} : { dueAt });
      mined.push(value);
    };
    // The first is under way before the others come.
    await Promise.all([send(1n), send(2n), send(3n, 20), send(4n), send(5n, 10), send(6n, 20)]);
    expect(mined).to.deep.equal([1n, 5n, 3n, 6n, 2n, 4n]);
  });

  it("should reject a refused call with a sentence, and go on with the next", async () => {
    const [signer, stranger] = await ethers.getSigners();
    const { token } = await deployMillrace(connection);
    const sender = new TransactionSender(stranger!, { pollMs: 5 });
    const refused = sender.send(token.transfer.populateTransaction(signer!.address, 1n));
    const next = sender.send({ to: signer!.address, value: 1n });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).to.have.property("code", "REVERTED");
    expect((error as Error).message).to.contain("has 0 MILL");
    expect((await next).status).to.equal(1);
  });
});

describe("approval of tasks", () => {
  it("should know where the token keeps allowances", async () => {
    const [owner, spender] = await ethers.getSigners();
    const { token } = await deployMillrace(connection);
    await token.connect(owner).approve(spender!.address, 12_345n);
    const slot = allowanceSlot(owner!.address, spender!.address);
    expect(BigInt(await ethers.provider.getStorage(token, slot))).to.equal(12_345n);
  });
});
