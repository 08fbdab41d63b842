import { expect } from "chai";
import { getBytes, hexlify, toBeHex, Wallet, ZeroAddress } from "ethers";
import fc from "fast-check";

import { EpochClock } from "@millrace/sdk";
import {
  heartbeatHash,
  signHeartbeat,
  uptimeDomain,
  type Heartbeat,
  type SignedHeartbeat,
} from "@millrace/uptime-tree/format";

import { OracleError } from "../../../services/oracle/src/OracleError.js";
import type { ChainFacts } from "../../../services/oracle/src/chain/ChainFacts.js";
import type { ChainWatch } from "../../../services/oracle/src/chain/ChainWatch.js";
import { HeartbeatDigester } from "../../../services/oracle/src/ingest/HeartbeatDigester.js";
import { HeartbeatIngest } from "../../../services/oracle/src/ingest/HeartbeatIngest.js";
import { RecoveryPool } from "../../../services/oracle/src/ingest/RecoveryPool.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

const clock = new EpochClock({ genesisAt: 1_000, epochSeconds: 40, slotsPerEpoch: 5 });
const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const HASH = "0x" + "ab".repeat(32);

describe("HeartbeatIngest", () => {
  const [agent, stranger] = [Wallet.createRandom(), Wallet.createRandom()];
  let store: Store;
  let open: boolean;
  let ingest: HeartbeatIngest;
  const pool = new RecoveryPool(2);

  after(async () => {
    await pool.stop();
  });

  beforeEach(() => {
    store = new Store(":memory:");
    open = true;
    const block = { number: 7, hash: HASH, timestamp: 1_057, seenMs: 0 };
    const watch = {
      block: (hash: string) => (hash === HASH ? block : undefined),
      poll: async () => {
        await Promise.resolve();
      },
      isOpen: () => open,
    };
    const agents = new Map([
      [1n, agent.address],
      [2n, agent.address],
      [3n, stranger.address],
      ...Array.from({ length: 256 }, (_, i): [bigint, string] => [BigInt(100 + i), agent.address]),
    ]);
    const facts = { agentAt: async (nodeId: bigint) => await Promise.resolve(agents.get(nodeId) ?? ZeroAddress) };
    ingest = new HeartbeatIngest({
      watch: watch as unknown as ChainWatch,
      clock,
      facts: facts as unknown as ChainFacts,
      store,
      domain: DOMAIN,
      pool,
      flushMs: 1,
    });
  });

  afterEach(() => {
    store.close();
  });

  const beat = async (
    nodeIds: readonly bigint[],
    change: Partial<Heartbeat> & { signer?: typeof agent; domain?: typeof DOMAIN } = {},
  ): Promise<SignedHeartbeat> => {
    const { signer = agent, domain = DOMAIN, ...rest } = change;
    const heartbeat = { epoch: 1, slot: 2, nodeIds, blockNumber: 7n, blockHash: HASH, ...rest };
    return await signHeartbeat(signer, domain, heartbeat);
  };
  const heard = (): bigint[] => [...store.slots.heard(1, 2).nodeIds()];
  const refusal = async (request: SignedHeartbeat): Promise<string> => {
    try {
      await ingest.accept(request);
    } catch (error) {
      expect(error).to.be.instanceOf(OracleError);
      return (error as OracleError).code;
    }
    throw new Error("it was accepted");
  };

  it("should have a heartbeat on the disk, whole, when it answers", async () => {
    const heartbeat = await beat([1n, 2n]);
    const answer = await ingest.accept(heartbeat);
    expect(answer).to.deep.equal({ epoch: 1, slot: 2, accepted: ["1", "2"], refused: [] });
    const hash = heartbeatHash(DOMAIN, heartbeat);
    expect([...store.slots.heard(1, 2)]).to.deep.equal([[1n, hash], [2n, hash]]); // prettier-ignore
    expect(store.slots.heartbeatOf(1, 2, 2n, hash)).to.deep.equal(heartbeat);
  });

  it("should refuse a heartbeat for another slot than its block's, and one for a slot that was closed", async () => {
    expect(await refusal(await beat([1n], { slot: 3 }))).to.equal("WRONG_SLOT");
    expect(await refusal(await beat([1n], { epoch: 2 }))).to.equal("WRONG_SLOT");
    store.slots.closeSlot(1, 2, []);
    expect(await refusal(await beat([1n]))).to.equal("HEARTBEAT_LATE");
  });

  it("should refuse one for a slot that opens again when its epoch was observed (I7)", async () => {
    await store.statements.signOnce("observation", 1, "", HASH, () => Promise.resolve("0x"));
    expect(await refusal(await beat([1n]))).to.equal("HEARTBEAT_LATE");
    expect(heard()).to.deep.equal([]);
  });

  it("should keep no heartbeat of hundreds of nodes for one of them: a host must not fill the disk with names", async () => {
    const host = Array.from({ length: 256 }, (_, i) => BigInt(100 + i));
    const kept = (): number => Number(store.db.get("SELECT count(*) AS n FROM heartbeats")!["n"]);
    // All of its nodes but the last few, then all of them, again and again with one that is new.
    await ingest.accept(await beat(host.slice(0, 200)));
    for (let i = 201; i < 229; i++) expect(await refusal(await beat(host.slice(0, i)))).to.equal("TOO_MANY_REQUESTS");
    const others = Array.from({ length: 255 }, (_, i) => BigInt(1_000 + i));
    expect(await refusal(await beat([1n, ...others])), "others' nodes are names too").to.equal("TOO_MANY_REQUESTS");
    expect(kept()).to.equal(1);
    expect(heard()).to.have.length(200);
    // What is refused was not heard: with as many new ones as a heartbeat needs, or alone, it is.
    await ingest.accept(await beat(host));
    await ingest.accept(await beat([1n]));
    expect(heard()).to.have.length(257);
    expect((await ingest.accept(await beat(host.slice(0, 100)))).accepted, "again, for nothing").to.have.length(100);
    expect(kept()).to.equal(3);
  });

  it("should count the first heartbeat of a node in a slot", async () => {
    const [first, second] = [await beat([1n]), await beat([1n, 2n])];
    await ingest.accept(first);
    await ingest.accept(second);
    expect(store.slots.heard(1, 2).get(1n)).to.equal(heartbeatHash(DOMAIN, first));
    expect(store.slots.heard(1, 2).get(2n)).to.equal(heartbeatHash(DOMAIN, second));
  });

  it("should tell the agent when the disk is full, and take the heartbeat when there is room again", async () => {
    const filler = { hash: "0x".padEnd(3_000), heartbeat: await beat([1n], { slot: 4 }), nodeIds: [] };
    store.db.limit(1);
    expect(() => {
      for (;;) store.slots.addHeartbeats([filler]);
    }).to.throw(/full/);
    expect(() => {
      for (;;) store.slots.addHeartbeats([{ ...filler, hash: "0x" }]);
    }).to.throw(/full/);
    expect(await refusal(await beat([1n]))).to.equal("UNAVAILABLE");
    expect(heard()).to.deep.equal([]);
    store.db.limit(1_000_000);
    await ingest.accept(await beat([1n]));
    expect(heard()).to.deep.equal([1n]);
  });

  it("should accept a repeated heartbeat and change nothing", async () => {
    const request = await beat([1n]);
    await Promise.all([ingest.accept(request), ingest.accept(request)]);
    await ingest.accept(request);
    expect(store.db.all("SELECT id FROM heartbeats")).to.have.length(1);
  });

  it("should accept the nodes that the key speaks for, and name the others (X-34)", async () => {
    const answer = await ingest.accept(await beat([1n, 3n, 9n]));
    expect(answer.accepted).to.deep.equal(["1"]);
    expect(answer.refused.map(({ nodeId }) => nodeId)).to.deep.equal(["3", "9"]);
    expect(heard()).to.deep.equal([1n]);
  });

  it("should keep what each of two agents signed of the same words, each for its own nodes (I7)", async () => {
    const [first, second] = [await beat([1n, 3n]), await beat([1n, 3n], { signer: stranger })];
    const hash = heartbeatHash(DOMAIN, first);
    expect(heartbeatHash(DOMAIN, second)).to.equal(hash);
    await ingest.accept(first);
    await ingest.accept(second);
    expect([...store.slots.heard(1, 2)]).to.deep.equal([[1n, hash], [3n, hash]]); // prettier-ignore
    for (const given of [undefined, hash]) {
      expect(store.slots.heartbeatOf(1, 2, 1n, given)?.signature).to.equal(first.signature);
      expect(store.slots.heartbeatOf(1, 2, 3n, given)?.signature, "the chain takes its agent's alone").to.equal(
        second.signature,
      );
    }
  });

  it("should refuse wrong keys, chains, contracts and nodes that do not exist", async () => {
    const other = uptimeDomain(31_337, "0x00000000000000000000000000000000000000cc");
    expect(await refusal(await beat([1n], { signer: stranger }))).to.equal("WRONG_AGENT");
    expect(await refusal(await beat([1n], { domain: uptimeDomain(1, String(DOMAIN.verifyingContract)) }))).to.equal(
      "WRONG_AGENT",
    );
    expect(await refusal(await beat([1n], { domain: other }))).to.equal("WRONG_AGENT");
    expect(await refusal(await beat([9n]))).to.equal("WRONG_AGENT");
    expect(heard()).to.deep.equal([]);
  });

  it("should refuse what comes late, for an unknown block, or with another number", async () => {
    expect(await refusal(await beat([1n], { blockHash: "0x" + "cd".repeat(32) }))).to.equal("UNKNOWN_BLOCK");
    expect(await refusal(await beat([1n], { blockNumber: 8n }))).to.equal("UNKNOWN_BLOCK");
    open = false;
    expect(await refusal(await beat([1n]))).to.equal("HEARTBEAT_LATE");
    expect(heard()).to.deep.equal([]);
  });

  it("should refuse signatures that are no signatures, or not in the one form that counts", async () => {
    const request = await beat([1n]);
    // The second one has an s in the upper half of the order: it would be somebody's, but the chain refuses it.
    for (const signature of ["0x" + "00".repeat(64), request.signature.slice(0, 66) + "7f" + "ff".repeat(31)])
      expect(await refusal({ ...request, signature })).to.equal("BAD_SIGNATURE");
  });
});

describe("HeartbeatDigester", () => {
  it("should give the digest that wallets sign, for any heartbeat", () => {
    const digester = new HeartbeatDigester(DOMAIN);
    const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const any = fc.record({
      epoch: fc.nat(2 ** 31),
      slot: fc.nat(255),
      nodeIds: fc.array(uint64, { maxLength: 5 }),
      blockNumber: uint64,
      blockHash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hexlify(bytes)),
    });
    fc.assert(
      fc.property(any, (heartbeat) => {
        expect(hexlify(digester.digest(heartbeat))).to.equal(heartbeatHash(DOMAIN, heartbeat));
      }),
      { numRuns: 50 },
    );
  });
});

describe("RecoveryPool", () => {
  it("should find every key among many signatures at once, over its threads", async () => {
    const pool = new RecoveryPool(2);
    const wallets = Array.from({ length: 4 }, () => Wallet.createRandom());
    const asked = Array.from({ length: 80 }, async (_, i) => {
      const wallet = wallets[i % 4]!;
      const digest = getBytes(toBeHex(i + 1, 32));
      const signature = getBytes(wallet.signingKey.sign(digest).compactSerialized);
      return (await pool.recover(digest, signature)) === wallet.address.toLowerCase();
    });
    expect((await Promise.all(asked)).every(Boolean)).to.equal(true);
    await pool.stop();
  });
});
