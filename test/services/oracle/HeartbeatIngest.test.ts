import { expect } from "chai";
import { Wallet, ZeroAddress } from "ethers";

import { EpochClock } from "@millrace/sdk";
import { signHeartbeat, uptimeDomain } from "@millrace/uptime-tree";

import { OracleError } from "../../../services/oracle/src/OracleError.js";
import type { ChainFacts } from "../../../services/oracle/src/chain/ChainFacts.js";
import type { ChainWatch } from "../../../services/oracle/src/chain/ChainWatch.js";
import { heartbeatSchema, type HeartbeatRequest } from "../../../services/oracle/src/http/schemas.js";
import { HeartbeatIngest } from "../../../services/oracle/src/ingest/HeartbeatIngest.js";
import { Store } from "../../../services/oracle/src/store/Store.js";

const clock = new EpochClock({ genesisAt: 1_000, epochSeconds: 40, slotsPerEpoch: 5 });
const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const HASH = "0x" + "ab".repeat(32);

describe("HeartbeatIngest", () => {
  const [agent, stranger] = [Wallet.createRandom(), Wallet.createRandom()];
  let store: Store;
  let open: boolean;
  let ingest: HeartbeatIngest;

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
    ]);
    const facts = { agentAt: async (nodeId: bigint) => await Promise.resolve(agents.get(nodeId) ?? ZeroAddress) };
    ingest = new HeartbeatIngest(
      watch as unknown as ChainWatch,
      clock,
      facts as unknown as ChainFacts,
      store,
      DOMAIN,
      1,
    );
  });

  afterEach(() => {
    store.close();
  });

  const beat = async (
    nodeIds: readonly bigint[],
    change: { signer?: typeof agent; blockHash?: string; blockNumber?: bigint; domain?: typeof DOMAIN } = {},
  ): Promise<HeartbeatRequest> => {
    const { signer = agent, blockHash = HASH, blockNumber = 7n, domain = DOMAIN } = change;
    return heartbeatSchema.parse(await signHeartbeat(signer, domain, { nodeIds, blockNumber, blockHash }));
  };
  const refusal = async (request: HeartbeatRequest): Promise<string> => {
    try {
      await ingest.accept(request);
    } catch (error) {
      expect(error).to.be.instanceOf(OracleError);
      return (error as OracleError).code;
    }
    throw new Error("it was accepted");
  };

  it("should let the block decide the slot, and have it on the disk when it answers", async () => {
    const answer = await ingest.accept(await beat([1n, 2n]));
    expect(answer).to.deep.equal({ epoch: 1, slot: 2, accepted: ["1", "2"], refused: [] });
    expect(store.sightings(1)).to.deep.equal(
      new Map([
        [1n, 0b100n],
        [2n, 0b100n],
      ]),
    );
  });

  it("should accept a repeated heartbeat and change nothing", async () => {
    const request = await beat([1n]);
    await Promise.all([ingest.accept(request), ingest.accept(request)]);
    await ingest.accept(request);
    expect(store.sightings(1)).to.deep.equal(new Map([[1n, 0b100n]]));
  });

  it("should accept the nodes that the key speaks for, and name the others (X-34)", async () => {
    const answer = await ingest.accept(await beat([1n, 3n, 9n]));
    expect(answer.accepted).to.deep.equal(["1"]);
    expect(answer.refused.map(({ nodeId }) => nodeId)).to.deep.equal(["3", "9"]);
    expect([...store.sightings(1).keys()]).to.deep.equal([1n]);
  });

  it("should refuse wrong keys, chains, contracts and nodes that do not exist", async () => {
    const other = uptimeDomain(31_337, "0x00000000000000000000000000000000000000cc");
    expect(await refusal(await beat([1n], { signer: stranger }))).to.equal("WRONG_AGENT");
    expect(await refusal(await beat([1n], { domain: uptimeDomain(1, String(DOMAIN.verifyingContract)) }))).to.equal(
      "WRONG_AGENT",
    );
    expect(await refusal(await beat([1n], { domain: other }))).to.equal("WRONG_AGENT");
    expect(await refusal(await beat([9n]))).to.equal("WRONG_AGENT");
    expect(store.sightings(1).size).to.equal(0);
  });

  it("should refuse what comes late, for an unknown block, or with another number", async () => {
    expect(await refusal(await beat([1n], { blockHash: "0x" + "cd".repeat(32) }))).to.equal("UNKNOWN_BLOCK");
    expect(await refusal(await beat([1n], { blockNumber: 8n }))).to.equal("UNKNOWN_BLOCK");
    open = false;
    expect(await refusal(await beat([1n]))).to.equal("HEARTBEAT_LATE");
    expect(store.sightings(1).size).to.equal(0);
  });

  it("should refuse signatures that are no signatures", async () => {
    const request = await beat([1n]);
    expect(await refusal({ ...request, signature: "0x" + "00".repeat(65) })).to.equal("BAD_SIGNATURE");
  });
});
