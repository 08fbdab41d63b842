import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { id, ZeroAddress } from "ethers";

import { noSightings } from "@millrace/uptime-tree/format";

import { encodeObservation, observationSize } from "../../../services/oracle/src/http/observationBytes.js";
import { PeerClient, type PeerError } from "../../../services/oracle/src/http/PeerClient.js";

const EPOCH = 3;
const PATIENCE_MS = 2_000;
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
  this.timeout(30_000);
  let server: Server;
  let client: PeerClient;
  /** What the peer does when it is asked. */
  let answer: (response: ServerResponse) => void;

  before(async () => {
    server = createServer((_, response) => {
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    client = new PeerClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, PATIENCE_MS);
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const codeOf = async (asked: Promise<unknown>): Promise<unknown> =>
    await asked.then(
      () => undefined,
      (error: unknown) => (error as PeerError).code,
    );

  it("should wait longer than its patience for a long observation that keeps coming", async () => {
    answer = (response) => {
      response.write(OBSERVATION.subarray(0, -1));
      void sleep(PATIENCE_MS + 500).then(() => response.end(OBSERVATION.subarray(-1)));
    };
    expect((await client.observation(EPOCH, SIZE)).sightings).to.have.length(32 * SIZE.nodeCount);
  });

  it("should not wait for who says nothing, or says it byte by byte", async () => {
    answer = () => undefined;
    expect(await codeOf(client.observation(EPOCH, SIZE))).to.equal("NO_ANSWER");
    answer = (response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(1)), 10);
      response.on("close", () => {
        clearInterval(timer);
      });
    };
    expect(await codeOf(client.data(id("report"), OBSERVATION.length))).to.equal("NO_ANSWER");
  });

  it("should take no more than an observation of the epoch has", async () => {
    answer = (response) => response.end(OBSERVATION);
    expect(OBSERVATION).to.have.length(observationSize(SIZE));
    const fewer = { ...SIZE, nodeCount: SIZE.nodeCount - 1 };
    expect(await codeOf(client.observationBy(EPOCH, id("root"), fewer))).to.equal("NO_ANSWER");
  });
});
