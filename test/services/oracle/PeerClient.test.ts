import { createServer, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { id, ZeroAddress } from "ethers";

import { noSightings } from "@millrace/uptime-tree/format";

import { encodeObservation, sentObservationSize } from "../../../services/oracle/src/http/observationBytes.js";
import { PeerClient, PeerError } from "../../../services/oracle/src/http/PeerClient.js";
import { serve } from "../../support/serve.js";

const EPOCH = 3;
/** Enough for a busy machine to begin with an answer; and little, for one that never comes. */
const [PATIENCE_MS, LITTLE_MS] = [5_000, 300];
/** As many nodes as make an observation of 20 MiB, which buys ten seconds. */
const SIZE = { slotsPerEpoch: 240, nodeCount: 655_000 };
const OBSERVATION = encodeObservation({
  epoch: EPOCH,
  attestor: ZeroAddress,
  signature: `0x${"ab".repeat(64)}`,
  batchRoots: new Uint8Array(32 * SIZE.slotsPerEpoch),
  sightings: noSightings(SIZE.nodeCount),
});

describe("PeerClient", function () {
  let server: Server;
  let url: string;
  /** What the peer does when it is asked. */
  let answer: (response: ServerResponse) => void;

  before(async () => {
    server = createServer((_, response) => {
      answer(response);
    });
    url = await serve(server);
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Code and cause of a failure. */
  const refusal = async (asked: Promise<unknown>): Promise<unknown[]> =>
    await asked.then(
      () => [],
      (error: unknown) => [(error as PeerError).code, ((error as PeerError).cause as Error).name],
    );

  it("should wait longer than its patience for a long observation that keeps coming", async () => {
    answer = (response) => {
      response.write(OBSERVATION.subarray(0, -1));
      void sleep(PATIENCE_MS + 500).then(() => response.end(OBSERVATION.subarray(-1)));
    };
    const client = new PeerClient(url, PATIENCE_MS);
    expect((await client.observation(EPOCH, SIZE)).sightings).to.have.length(32 * SIZE.nodeCount);
  });

  it("should not wait for who says nothing, or says it byte by byte", async () => {
    const client = new PeerClient(url, LITTLE_MS);
    answer = () => undefined;
    expect(await refusal(client.observation(EPOCH, SIZE))).to.deep.equal(["NO_ANSWER", "TimeoutError"]);
    answer = (response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(1)), 10);
      response.on("close", () => {
        clearInterval(timer);
      });
    };
    expect(await refusal(client.data(id("report"), OBSERVATION.length))).to.deep.equal(["NO_ANSWER", "TimeoutError"]);
  });

  it("should follow a peer nowhere: this machine reaches what others do not", async () => {
    let asked = 0;
    answer = (response) => {
      asked++;
      response.writeHead(307, { location: `${url}/secret` }).end();
    };
    const client = new PeerClient(url, PATIENCE_MS);
    expect(await refusal(client.data(id("report"), 1_000))).to.deep.equal(["NO_ANSWER", "TypeError"]);
    expect(await refusal(client.receipts(EPOCH, 2, [5n]))).to.deep.equal(["NO_ANSWER", "TypeError"]);
    expect(asked).to.equal(2);
  });

  it("should take no more than an observation of the epoch has", async () => {
    answer = (response) => response.end(OBSERVATION);
    expect(OBSERVATION).to.have.length(sentObservationSize(SIZE));
    const fewer = { ...SIZE, nodeCount: SIZE.nodeCount - 1 };
    const asked = new PeerClient(url, PATIENCE_MS).observationBy(EPOCH, id("root"), fewer);
    expect(await refusal(asked)).to.deep.equal(["NO_ANSWER", "RangeError"]);
  });

  it("should take no more receipts than it asks for: each costs a signature to check", async () => {
    const client = new PeerClient(url, PATIENCE_MS);
    const batch = { epoch: EPOCH, slot: 2, root: id("root"), attestor: ZeroAddress, signature: `0x${"11".repeat(64)}` };
    const receipt = { ...batch, nodeId: "5", heartbeatHash: id("heartbeat"), path: [] };
    const give = (receipts: object[]): void => {
      answer = (response) => response.end(JSON.stringify({ receipts }));
    };
    give([receipt]);
    expect(await client.receipts(EPOCH, 2, [5n])).to.deep.equal([{ ...receipt, nodeId: 5n }]);
    give(Array<object>(256).fill(receipt));
    const error: unknown = await client.receipts(EPOCH, 2, [5n]).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(PeerError).with.property("code", "BAD_ANSWER");
  });
});
