import { expect } from "chai";
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { pino } from "pino";

import { createServer, type Services } from "../../../services/oracle/src/http/createServer.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";

/** Requests that one address may make in ten seconds. */
const ALLOWED = 10;
const [HERE, ELSEWHERE] = ["192.0.2.1", "192.0.2.2"];

const HEARTBEAT = {
  epoch: 1,
  slot: 2,
  nodeIds: ["1"],
  blockNumber: "7",
  blockHash: `0x${"ab".repeat(32)}`,
  signature: `0x${"11".repeat(64)}`,
};

describe("the HTTP face of an attestor", () => {
  let metrics: Metrics;
  let server: FastifyInstance;
  /** Heartbeats that came as far as to be looked at. */
  let looked: number;

  beforeEach(async () => {
    metrics = new Metrics();
    looked = 0;
    const ingest = {
      accept: () => {
        looked++;
        return Promise.resolve({ epoch: 1, slot: 2, accepted: ["1"], refused: [] });
      },
    };
    server = await createServer({
      ingest,
      metrics,
      requestsPerSecond: ALLOWED / 10,
      logger: pino({ level: "silent" }),
    } as unknown as Services);
  });

  afterEach(async () => {
    await server.close();
  });

  const send = async (payload: InjectOptions["payload"], from = HERE, type = "application/json") => {
    const headers = { "content-type": type };
    return await server.inject({ method: "POST", url: "/heartbeats", headers, payload, remoteAddress: from });
  };
  const refusal = (response: LightMyRequestResponse): [number, string] => {
    const { code, message } = response.json<{ code: string; message: string }>();
    expect(message, "a reason").not.to.equal("");
    return [response.statusCode, code];
  };
  const valueOf = async (name: string, labels: Record<string, string>): Promise<number> => {
    const { values = [] } = (await metrics.registry.getSingleMetric(`millrace_oracle_${name}`)?.get()) ?? {};
    const found = values.find((each) => Object.entries(labels).every(([key, value]) => each.labels[key] === value));
    return found?.value ?? 0;
  };

  it("should hear so much of one address, tell it to slow down, count that, and go on hearing others", async () => {
    for (let i = 0; i < ALLOWED; i++) expect((await send(HEARTBEAT)).statusCode).to.equal(200);
    for (let i = 0; i < 3; i++) expect(refusal(await send(HEARTBEAT))).to.deep.equal([429, "TOO_MANY_REQUESTS"]);
    expect(looked).to.equal(ALLOWED);
    expect((await send(HEARTBEAT, ELSEWHERE)).statusCode).to.equal(200);
    expect(await valueOf("requests_total", { route: "/heartbeats", status: "429" })).to.equal(3);
    expect(await valueOf("requests_total", { route: "/heartbeats", status: "200" })).to.equal(ALLOWED + 1);
    expect(await valueOf("heartbeats_total", { outcome: "accepted" })).to.equal(ALLOWED + 1);
  });

  it("should show its metrics to whoever asks how often", async () => {
    for (let i = 0; i < 2 * ALLOWED; i++) {
      const { statusCode, body } = await server.inject({ url: "/metrics", remoteAddress: HERE });
      expect(statusCode).to.equal(200);
      expect(body).to.contain("millrace_oracle_heartbeats_total");
    }
  });

  it("should refuse with a reason what is oversize, garbage or in no form that it knows, and count each", async () => {
    const cases = [
      { payload: JSON.stringify({ ...HEARTBEAT, more: "x".repeat(64 * 1024) }), status: 413 },
      { payload: "}{", status: 400 },
      { payload: "<heartbeat/>", status: 415, type: "text/xml" },
      { payload: JSON.stringify({ ...HEARTBEAT, epoch: -1 }), status: 400 },
    ];
    for (const { payload, status, type } of cases) {
      const labels = { route: "/heartbeats", status: String(status) };
      const before = await valueOf("requests_total", labels);
      expect(refusal(await send(payload, HERE, type))[0]).to.equal(status);
      expect(await valueOf("requests_total", labels), payload.slice(0, 20)).to.equal(before + 1);
    }
    expect(looked).to.equal(0);
    expect((await send(HEARTBEAT)).statusCode, "and goes on").to.equal(200);
  });
});
