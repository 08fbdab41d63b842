import { expect } from "chai";
import { id, Wallet } from "ethers";
import { pino } from "pino";

import { EpochClock } from "@millrace/sdk";
import { uptimeDomain } from "@millrace/uptime-tree/format";

import { SlotKeeper, type SlotKeeperParts } from "../../../services/oracle/src/member/SlotKeeper.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const ME = new Wallet(id("me"));
const EPOCH = 1;
const SLOTS = 20;

describe("SlotKeeper", () => {
  let store: Store;

  beforeEach(() => {
    store = new Store(":memory:");
  });

  afterEach(() => {
    store.close();
  });

  const keeper = (signer: Pick<Wallet, "signTypedData"> = ME): SlotKeeper =>
    new SlotKeeper({
      identity: { attestor: ME.address, signer, domain: DOMAIN, configDigest: id("rules") },
      store,
      clock: new EpochClock({ genesisAt: 0, epochSeconds: 40, slotsPerEpoch: SLOTS }),
      watch: { isOpen: () => false },
      ingest: { flush: () => Promise.resolve() },
      metrics: new Metrics(),
      logger: pino({ level: "silent" }),
    } as unknown as SlotKeeperParts);
  const hear = (slot: number): void => {
    const heartbeat = { epoch: EPOCH, slot, nodeIds: [1n], blockNumber: 1n, blockHash: id("b"), signature: "0x" };
    store.slots.addHeartbeats([{ hash: id(`heartbeat ${slot}`), heartbeat, nodeIds: [1n] }]);
  };
  const closed = async (): Promise<number[]> => (await keeper().closeSlots(EPOCH)).map(({ slot }) => slot);

  it("should sign no batch of an epoch that it has observed, whatever is heard of it then (I7)", async () => {
    hear(0);
    expect(await closed()).to.deep.equal([0]);
    await store.statements.signOnce("observation", EPOCH, "", id("observation"), () => Promise.resolve("0x"));
    hear(3);
    // The same batch again, as after a restart, and none that the observation does not list.
    expect(await closed()).to.deep.equal([0]);
    expect([...store.statements.ofEpoch("batch", EPOCH).keys()]).to.deep.equal(["0"]);
    expect(store.evidence.batches(EPOCH, 3)).to.deep.equal([]);
  });

  it("should keep the newest slots at hand, however many old ones strangers ask for", async () => {
    const slots = keeper();
    for (let slot = 0; slot < SLOTS; slot++) hear(slot);
    await slots.closeSlots(EPOCH);
    for (let slot = 0; slot < SLOTS - 4; slot++) {
      expect(slots.receipts(EPOCH, slot, [1n])).to.have.length(1);
      expect(slots.isAtHand(EPOCH, slot), "asked for just now").to.equal(true);
    }
    for (let slot = SLOTS - 4; slot < SLOTS; slot++) expect(slots.isAtHand(EPOCH, slot), `${slot}`).to.equal(true);
  });

  it("should not sign a batch that it had only begun when it observed the epoch (I7)", async () => {
    hear(0);
    const killed = { signTypedData: () => Promise.reject(new Error("killed")) };
    const error: unknown = await keeper(killed)
      .closeSlots(EPOCH)
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    // A node that lags opens the slot again, just before the observation: it lists what is signed.
    await store.statements.signOnce("observation", EPOCH, "", id("observation"), () => Promise.resolve("0x"));
    expect(await closed()).to.deep.equal([]);
    expect(store.statements.made("batch", EPOCH, "0")?.signature).to.equal("");
  });
});
