import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import {
  JsonRpcProvider,
  parseEther,
  parseUnits,
  toBeHex,
  toQuantity,
  Transaction,
  Wallet,
  type TransactionReceipt,
} from "ethers";

import { MillraceError, TransactionSender, type GasBudget } from "@millrace/sdk";

import { freePort } from "../../../scripts/local/freePort.js";
import { startChain, type LocalChain } from "../../../scripts/local/startChain.js";

const GWEI = parseUnits("1", "gwei");
const SINK = "0x000000000000000000000000000000000000dEaD";
/** Takes one call in its life, and refuses all others. */
const ONCE = "0x6013600c60003960136000f3" + "600054" + "15600c57" + "60006000fd" + "5b600160005500";
/** Keeps the word that it is called with. */
const KEEPER = "0x6005600c60003960056000f3" + "5f355f5500";

/** A provider whose broadcasts a test can spoil. */
class SpoiledProvider extends JsonRpcProvider {
  /** Called before each broadcast; what it throws is what the node seems to say. */
  before: ((count: number) => Promise<void>) | undefined;
  /** Called after each broadcast. */
  after: (() => void) | undefined;
  broadcasts = 0;
  readonly signed: Transaction[] = [];

  override async broadcastTransaction(signed: string): ReturnType<JsonRpcProvider["broadcastTransaction"]> {
    const count = this.broadcasts++;
    this.signed.push(Transaction.from(signed));
    await this.before?.(count);
    const response = await super.broadcastTransaction(signed);
    this.after?.();
    return response;
  }
}

/** A budget that remembers. */
class Purse implements GasBudget {
  reserved: bigint[] = [];
  spent: bigint[] = [];

  constructor(private readonly limit = 10n ** 30n) {}

  reserve(wei: bigint): (actualWei: bigint) => void {
    if (wei > this.limit) throw new MillraceError("OVER_BUDGET", "No more today.");
    this.reserved.push(wei);
    return (actual) => this.spent.push(actual);
  }
}

describe("TransactionSender on a chain of its own", function () {
  let folder: string;
  let chain: LocalChain;
  let provider: SpoiledProvider;
  let wallet: Wallet;
  let other: Wallet;
  const options = { pollMs: 5, replaceAfterMs: 50, attempts: 8, unstick: true };
  const mine = async (): Promise<unknown> => provider.send("evm_mine", []);
  const automine = async (on: boolean): Promise<unknown> => provider.send("evm_setAutomine", [on]);
  const codeOf = async (sent: Promise<TransactionReceipt>): Promise<string> => {
    return await sent.then(
      () => "sent",
      (error: unknown) => (error as MillraceError).code,
    );
  };
  const nonceOf = async (account: Wallet): Promise<number> => provider.getTransactionCount(account.address, "latest");
  const payment = { to: SINK, value: 1n };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "millrace-sender-"));
    chain = await startChain("anvil", await freePort(), join(folder, "chain.log"));
    provider = new SpoiledProvider(chain.url, undefined, {
      staticNetwork: true,
      cacheTimeout: -1,
      pollingInterval: 20,
    });
  });
  beforeEach(async () => {
    [provider.before, provider.after, provider.broadcasts] = [undefined, undefined, 0];
    provider.signed.length = 0;
    [wallet, other] = [Wallet.createRandom(provider), Wallet.createRandom(provider)] as unknown as [Wallet, Wallet];
    for (const { address } of [wallet, other]) {
      await provider.send("anvil_setBalance", [address, toQuantity(parseEther("10"))]);
    }
    await automine(true);
  });
  after(async () => {
    provider.destroy();
    await chain.process.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("should go on when somebody else sends with the same key in between", async () => {
    const elsewhere = new Wallet(wallet.privateKey, new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 }));
    provider.before = async (count) => {
      if (count === 0) await (await elsewhere.sendTransaction({ ...payment, nonce: 0 })).wait();
    };
    const receipt = await new TransactionSender(wallet, options).send(payment);
    expect([receipt.status, await nonceOf(wallet), provider.broadcasts]).to.deep.equal([1, 2, 2]);
    elsewhere.provider?.destroy();
  });

  it("should bear three nonces that are too low, and give up with a sentence when it never ends", async () => {
    const purse = new Purse();
    const tooLow = new Error("nonce too low: next nonce 7, tx nonce 6");
    provider.before = (count) => (count < 3 ? Promise.reject(tooLow) : Promise.resolve());
    const sender = new TransactionSender(wallet, { ...options, budget: purse });
    expect((await sender.send(payment)).status).to.equal(1);
    provider.before = () => Promise.reject(tooLow);
    expect(await codeOf(sender.send(payment))).to.equal("NONCE_CONFLICT");
    expect(purse.spent[1], "nothing was taken by a node, nothing is spent").to.equal(0n);
  });

  it("should fill a gap below a transaction that waits", async () => {
    const gap = { ...payment, nonce: 2, maxFeePerGas: 5n * GWEI, maxPriorityFeePerGas: GWEI, gasLimit: 21_000 };
    await provider.send("eth_sendRawTransaction", [
      await wallet.signTransaction(await wallet.populateTransaction(gap)),
    ]);
    const sender = new TransactionSender(wallet, options);
    const receipts = await Promise.all([sender.send(payment), sender.send(payment), sender.send(payment)]);
    expect(receipts.map(({ status }) => status)).to.deep.equal([1, 1, 1]);
    expect(await nonceOf(wallet)).to.equal(4);
  });

  it("should take the place of what a killed process left stuck, paying more until the node agrees", async () => {
    await automine(false);
    const stuck = { ...payment, value: 7n, nonce: 0, maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n * GWEI };
    const { hash } = await wallet.sendTransaction({ ...stuck, gasLimit: 21_000 });
    // As if the miner did not want it: it stays, until something dearer has its nonce.
    let underpriced = 0;
    provider.before = () => Promise.resolve();
    const sender = new TransactionSender(wallet, {
      ...options,
      logger: { warn: () => underpriced++, debug: () => undefined } as never,
    });
    const sent = sender.send({ ...payment, value: 8n });
    const replaced = async (): Promise<boolean> => (await provider.getTransaction(hash)) === null;
    for (let i = 0; i < 400 && !(await replaced()); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await replaced()).to.equal(true);
    await mine();
    const receipt = await sent;
    expect(underpriced).to.be.greaterThan(1);
    expect((await provider.getTransaction(receipt.hash))!.nonce).to.be.lessThan(2);
    expect(await provider.getTransactionReceipt(hash)).to.equal(null);
  });

  it("should bid a tenth more and then some each time, with the same nonce, and give up in the end", async () => {
    await automine(false);
    const attempts = 4;
    const purse = new Purse();
    const sender = new TransactionSender(wallet, { ...options, attempts, budget: purse });
    const error: unknown = await sender.send(payment).catch((caught: unknown) => caught);
    expect(error).to.have.property("code", "TIMEOUT");
    expect(provider.signed).to.have.length(attempts);
    for (const [i, bid] of provider.signed.entries()) {
      expect((error as MillraceError).sentence, "all that may still be mined").to.contain(bid.hash!);
      expect(bid.nonce).to.equal(0);
      const before = provider.signed[i - 1];
      if (before === undefined) continue;
      for (const fee of ["maxFeePerGas", "maxPriorityFeePerGas"] as const)
        expect(bid[fee]! * 100n, `${fee} of bid ${i}`).to.be.at.least(before[fee]! * 110n);
    }
    // It may be mined yet: what it can cost stays set aside, which is what the dearest bid could have cost.
    expect(purse.spent).to.deep.equal([]);
    const dearest = provider.signed.at(-1)!;
    expect(purse.reserved[0]).to.be.at.least(dearest.gasLimit * dearest.maxFeePerGas!);
    await mine();
    expect((await provider.getTransactionReceipt(dearest.hash!))?.status).to.equal(1);
  });

  it("should take 'already known' for what it is", async () => {
    await automine(false);
    provider.after = () => {
      throw new Error("already known");
    };
    const sent = new TransactionSender(wallet, { ...options, replaceAfterMs: 5_000 }).send(payment);
    while (provider.broadcasts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await mine();
    expect((await sent).status).to.equal(1);
    expect(provider.broadcasts).to.equal(1);
  });

  it("should send nothing while the chain is dearer than its cap, and never bid above it", async () => {
    const cap = 3n * GWEI;
    const sender = new TransactionSender(wallet, { ...options, maxFeePerGas: cap });
    await provider.send("anvil_setNextBlockBaseFeePerGas", [toQuantity(50n * GWEI)]);
    await mine();
    expect(await codeOf(sender.send(payment))).to.equal("OVER_BUDGET");
    expect(provider.broadcasts).to.equal(0);
    await provider.send("anvil_setNextBlockBaseFeePerGas", [toQuantity(GWEI)]);
    await mine();
    await automine(false);
    const sent = sender.send(payment);
    while (provider.broadcasts < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    const { pending } = (await provider.send("txpool_content", [])) as {
      pending: Record<string, Record<string, { maxFeePerGas: string }>>;
    };
    const bids = Object.entries(pending).find(
      ([account]) => account.toLowerCase() === wallet.address.toLowerCase(),
    )![1];
    for (const { maxFeePerGas } of Object.values(bids)) expect(BigInt(maxFeePerGas) <= cap).to.equal(true);
    await mine();
    expect((await sent).status).to.equal(1);
  });

  it("should say why a transaction that was mined had no effect, and count what it cost", async () => {
    const { contractAddress } = (await (await other.sendTransaction({ data: ONCE })).wait())!;
    await automine(false);
    provider.broadcasts = 0;
    const purse = new Purse();
    const sent = codeOf(
      new TransactionSender(wallet, { ...options, budget: purse, replaceAfterMs: 5_000 }).send({
        to: contractAddress!,
      }),
    );
    while (provider.broadcasts < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const fees = { maxFeePerGas: 90n * GWEI, maxPriorityFeePerGas: 80n * GWEI };
    await other.sendTransaction({ to: contractAddress, gasLimit: 100_000, ...fees });
    await mine();
    expect(await sent).to.equal("REVERTED");
    expect(purse.spent).to.have.length(1);
    expect(purse.spent[0]! > 0n && purse.spent[0]! < purse.reserved[0]!).to.equal(true);
  });

  it("should leave gas for slots that others empty in between, and say when a transaction ran out of it", async () => {
    const keep = (word: number): string => toBeHex(word, 32);
    const { contractAddress: to } = (await (await other.sendTransaction({ data: KEEPER })).wait())!;
    const fees = { maxFeePerGas: 90n * GWEI, maxPriorityFeePerGas: 80n * GWEI };
    const keepAfterEmptied = async (gasLimit?: number): Promise<TransactionReceipt> => {
      await automine(true);
      await (await other.sendTransaction({ to, data: keep(1) })).wait();
      await automine(false);
      provider.broadcasts = 0;
      const sender = new TransactionSender(wallet, { ...options, replaceAfterMs: 5_000 });
      const sent = sender.send({ to: to!, data: keep(2), ...(gasLimit !== undefined && { gasLimit }) });
      sent.catch(() => undefined);
      while (provider.broadcasts < 1) await new Promise((resolve) => setTimeout(resolve, 5));
      await other.sendTransaction({ to, data: keep(0), gasLimit: 100_000, ...fees });
      await mine();
      return sent;
    };
    expect((await keepAfterEmptied()).status).to.equal(1);
    expect(await provider.getStorage(to!, 0)).to.equal(keep(2));
    const failed: unknown = await keepAfterEmptied(32_000).catch((error: unknown) => error);
    expect((failed as MillraceError).message).to.match(/used up its gas in block \d+\.$/);
  });

  it("should send nothing that fails beforehand, and nothing that the budget does not allow", async () => {
    const { contractAddress } = (await (await other.sendTransaction({ data: ONCE })).wait())!;
    await (await other.sendTransaction({ to: contractAddress })).wait();
    provider.broadcasts = 0;
    const purse = new Purse();
    const sender = new TransactionSender(wallet, { ...options, budget: purse });
    expect(await codeOf(sender.send({ to: contractAddress! }))).to.equal("REVERTED");
    expect(await codeOf(new TransactionSender(wallet, { ...options, budget: new Purse(1n) }).send(payment))).to.equal(
      "OVER_BUDGET",
    );
    expect([provider.broadcasts, purse.reserved.length, await nonceOf(wallet)]).to.deep.equal([0, 0, 0]);
    expect((await sender.send(payment)).status, "those behind it go on").to.equal(1);
  });

  it("should send what others pay for whatever the budget, and use up nothing of it", async () => {
    const purse = new Purse(1n);
    const sender = new TransactionSender(wallet, { ...options, budget: purse });
    expect((await sender.send(payment, "answer", { isPaid: true })).status).to.equal(1);
    expect([purse.reserved, purse.spent]).to.deep.equal([[], []]);
    expect(await codeOf(sender.send(payment, "report"))).to.equal("OVER_BUDGET");
  });

  it("should say that the account has no money, and go on when it has some", async () => {
    await provider.send("anvil_setBalance", [wallet.address, "0x0"]);
    const purse = new Purse();
    const sender = new TransactionSender(wallet, { ...options, budget: purse });
    expect(await codeOf(sender.send({ to: SINK, value: 0n }))).to.equal("INSUFFICIENT_FUNDS");
    expect(purse.spent.every((wei) => wei === 0n)).to.equal(true);
    await provider.send("anvil_setBalance", [wallet.address, toQuantity(parseEther("1"))]);
    expect((await sender.send({ to: SINK, value: 0n })).status).to.equal(1);
  });

  it("should wait for what was sent when there is no money left to bid more", async () => {
    await automine(false);
    let isPoor = false;
    provider.before = () =>
      isPoor ? Promise.reject(new Error("insufficient funds for gas * price + value")) : Promise.resolve();
    provider.after = () => {
      isPoor = true;
    };
    const sent = new TransactionSender(wallet, options).send(payment);
    while (provider.broadcasts < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    await mine();
    expect((await sent).status).to.equal(1);
    expect(await nonceOf(wallet)).to.equal(1);
  });

  it("should let two processes send with one key, if slower", async () => {
    const twin = new Wallet(wallet.privateKey, new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 }));
    const senders = [wallet, twin].map((each) => new TransactionSender(each, options));
    const receipts = await Promise.all([0, 1, 0, 1, 0, 1].map((i) => senders[i]!.send(payment)));
    expect(receipts.every(({ status }) => status === 1)).to.equal(true);
    expect(await nonceOf(wallet)).to.be.at.least(6);
    twin.provider?.destroy();
  });

  it("should not take the same transaction of another process for its own", async () => {
    const twin = new Wallet(wallet.privateKey, new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 }));
    const patient = { pollMs: 5, replaceAfterMs: 5_000 };
    await automine(false);
    // Both have chosen their nonce, and all else, before either is heard of.
    let ofTwin: Promise<TransactionReceipt> | undefined;
    provider.before = async (count) => {
      if (count > 0) return;
      ofTwin = new TransactionSender(twin, patient).send(payment);
      while ((await provider.getTransactionCount(wallet.address, "pending")) === 0);
      // The node has heard of both by then.
      setTimeout(() => void automine(true).then(mine), 300);
    };
    const { hash } = await new TransactionSender(wallet, patient).send(payment);
    expect((await ofTwin)?.hash).not.to.equal(hash);
    expect(await nonceOf(wallet)).to.equal(2);
    twin.provider?.destroy();
  });
});
