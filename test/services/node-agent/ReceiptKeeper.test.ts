import { expect } from "chai";
import { id, Wallet } from "ethers";
import { pino } from "pino";

import type { PeerClient } from "@millrace/oracle";
import { EpochClock } from "@millrace/sdk";
import { BatchTree, signBatch, uptimeDomain, type Receipt } from "@millrace/uptime-tree/format";

import { ReceiptKeeper } from "../../../services/node-agent/src/heartbeat/ReceiptKeeper.js";

const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const [EPOCH, SLOT, NODE] = [1, 2, 5n];

describe("ReceiptKeeper", () => {
  const clock = new EpochClock({ genesisAt: 0, epochSeconds: 40, slotsPerEpoch: 4 });

  /** A receipt for the node, signed with a key that anybody can make. */
  const receiptBy = async (who: string): Promise<Receipt> => {
    const tree = new BatchTree([{ nodeId: NODE, heartbeatHash: id("heartbeat") }]);
    const batch = await signBatch(new Wallet(id(who)), DOMAIN, { epoch: EPOCH, slot: SLOT, root: tree.root });
    return tree.receipt(batch, NODE)!;
  };
  /** What is kept of an attestor's answer. */
  const keptOf = async (answer: readonly Receipt[]): Promise<Receipt[]> => {
    const kept: Receipt[] = [];
    const attestor = {
      url: "http://attestor",
      receipts: () => Promise.resolve([...answer]),
    } as unknown as PeerClient;
    const logger = pino({ level: "silent" });
    await new Promise<void>((resolve) => {
      // What is old is forgotten when all that came is kept.
      const store = {
        keepReceipt: (receipt: Receipt) => kept.push(receipt),
        forgetReceipts: () => {
          resolve();
        },
      };
      const keeper = new ReceiptKeeper({ domain: DOMAIN, clock, nodeIds: [NODE], store, logger });
      keeper.expect(attestor, EPOCH, SLOT);
      keeper.onBlock(clock.slotStart(EPOCH, SLOT) + 2 * clock.slotSeconds);
    });
    return kept;
  };

  it("should keep an attestor's receipt, and nothing of one that fills the disk with keys that it makes up", async () => {
    const good = await receiptBy("attestor");
    expect(await keptOf([good])).to.deep.equal([good]);
    expect(await keptOf(await Promise.all(["a", "b", "c"].map(receiptBy)))).to.deep.equal([]);
    expect(await keptOf([{ ...good, nodeId: 6n }])).to.deep.equal([]);
    expect(await keptOf([{ ...good, slot: SLOT + 1 }])).to.deep.equal([]);
    expect(await keptOf([{ ...good, attestor: Wallet.createRandom().address }])).to.deep.equal([]);
  });

  it("should keep one receipt a node, though an attestor gives another one each time that it is asked", async () => {
    const kept: Receipt[] = [];
    const asked: bigint[][] = [];
    const attestor = {
      url: "http://attestor",
      receipts: async (_: number, __: number, nodeIds: bigint[]) => [await receiptBy(`key ${asked.push(nodeIds)}`)],
    } as unknown as PeerClient;
    let answered: () => void = () => undefined;
    const store = {
      keepReceipt: (receipt: Receipt) => kept.push(receipt),
      forgetReceipts: () => {
        answered();
      },
    };
    const logger = pino({ level: "silent" });
    const keeper = new ReceiptKeeper({ domain: DOMAIN, clock, nodeIds: [NODE, 6n], store, logger });
    keeper.expect(attestor, EPOCH, SLOT);
    for (let block = 1; block <= 4; block++) {
      const done = new Promise<void>((resolve) => (answered = resolve));
      keeper.onBlock(clock.slotStart(EPOCH, SLOT) + 2 * clock.slotSeconds + block);
      await done;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(kept).to.have.length(1);
    expect(asked).to.deep.equal([[NODE, 6n], [6n], [6n], [6n]]);
  });
});
