import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:http";

import { expect } from "chai";
import { id, Wallet, type Signer } from "ethers";
import { pino } from "pino";

import { signProbe, uptimeDomain, type SignedHeartbeat } from "@millrace/uptime-tree/format";

import type { ChainWatch } from "../../../services/oracle/src/chain/ChainWatch.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";
import { askEndpoint, ForbiddenEndpointError, isPublic } from "../../../services/oracle/src/probe/askEndpoint.js";
import { isPicked, Prober } from "../../../services/oracle/src/probe/Prober.js";
import { Store } from "../../../services/oracle/src/store/Store.js";
import { serve } from "../../support/serve.js";

const DOMAIN = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
const agent = Wallet.createRandom();

describe("isPicked", () => {
  it("should pick about one in so many, the same for everybody, and others with another block", () => {
    const nodes = Array.from({ length: 4_000 }, (_, i) => BigInt(i + 1));
    const picked = (block: string): bigint[] => nodes.filter((nodeId) => isPicked(block, nodeId, 8));
    const [first, other] = [picked(id("a")), picked(id("b"))];
    expect(first.length).to.be.within(400, 600);
    expect(first).to.deep.equal(picked(id("a")));
    expect(first.filter((nodeId) => other.includes(nodeId)).length).to.be.lessThan(150);
    expect(nodes.every((nodeId) => isPicked(id("a"), nodeId, 1))).to.equal(true);
  });
});

describe("askEndpoint", () => {
  let server: Server;
  let url: URL;
  let answer: (path: string) => { status: number; body: string; location?: string };

  before(async () => {
    server = createServer((request, response) => {
      const { status, body, location } = answer(request.url!);
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    });
    url = new URL(`${await serve(server)}/x`);
  });
  after(() => server.close());

  it("should know what is public", () => {
    for (const address of ["1.1.1.1", "172.32.0.1", "2606:4700::1111"])
      expect(isPublic(address), address).to.equal(true);
    for (const address of [
      ...[
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
      ],
      ...["::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:a00:1", "64:ff9b::7f00:1", "not an address"],
      ...["::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::a00:1", "fec0::1", "2001:0:a00:1::1", "168.63.129.16"],
    ]) {
      expect(isPublic(address), address).to.equal(false);
    }
  });

  it("should call no address of its own network, by number or by name, unless the chain is local", async () => {
    answer = () => ({ status: 200, body: "secret" });
    const refused = async (target: string): Promise<unknown> => {
      const options = { timeoutMs: 1_000, allowsPrivate: false };
      return await Promise.resolve()
        .then(async () => askEndpoint(new URL(target), options))
        .catch((error: unknown) => error);
    };
    const { port } = url;
    for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"]) {
      expect(await refused(`http://${host}:${port}/`), host).to.be.instanceOf(ForbiddenEndpointError);
    }
    for (const target of ["file:///etc/passwd", "http://user:word@1.1.1.1/"]) {
      expect(await refused(target), target).to.be.instanceOf(ForbiddenEndpointError);
    }
    expect(await askEndpoint(url, { timeoutMs: 1_000, allowsPrivate: true })).to.equal("secret");
  });

  it("should ask name servers itself, as one that is slow must not keep other names from being looked up", async () => {
    /** A name server: every name is this machine's, or, if it begins with "slow", nothing is answered. */
    const names = createSocket("udp4", (query, { port }) => {
      if (query.includes("slow")) return;
      const isV4 = query.readUInt16BE(query.indexOf(0, 12) + 1) === 1;
      const head = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, isV4 ? 1 : 0, 0, 0, 0, 0]);
      const question = query.subarray(12, query.indexOf(0, 12) + 5);
      const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
      names.send(Buffer.concat(isV4 ? [head, question, record] : [head, question]), port, "127.0.0.1");
    });
    await new Promise<void>((resolve) => names.bind(0, "127.0.0.1", resolve));
    const nameServers = [`127.0.0.1:${names.address().port}`];
    const failure = async (host: string): Promise<unknown> =>
      await askEndpoint(new URL(`http://${host}/`), { timeoutMs: 400, allowsPrivate: false, nameServers }).catch(
        (error: unknown) => error,
      );
    expect(await failure("node.example")).to.be.instanceOf(ForbiddenEndpointError);
    const slow = await Promise.all(Array.from({ length: 8 }, (_, i) => failure(`slow${i}.example`)));
    for (const error of slow) expect(error).to.be.instanceOf(Error).and.not.instanceOf(ForbiddenEndpointError);
    names.close();
  });

  it("should follow nowhere, and read no more than a signature takes", async () => {
    const options = { timeoutMs: 1_000, allowsPrivate: true };
    const failure = async (): Promise<string> => {
      return await askEndpoint(url, options).catch((error: unknown) => (error as Error).message);
    };
    answer = () => ({ status: 302, body: "", location: "/elsewhere" });
    expect(await failure()).to.equal("answered with status 302");
    answer = () => ({ status: 200, body: "x".repeat(100_000) });
    expect(await failure()).to.equal("the answer is too long");
  });
});

describe("Prober", () => {
  const heartbeat = { epoch: 1, slot: 2 } as SignedHeartbeat;

  /** A prober whose endpoints answer as told; how often it asked, and who was silent in the end. */
  async function probe(
    answer: (nonce: string) => Promise<string>,
    remainingMs = 10_000,
  ): Promise<{ asked: number; silent: bigint[] }> {
    let asked = 0;
    const store = new Store(":memory:");
    const prober = new Prober({
      watch: { firstOf: () => id("block"), remainingMs: () => remainingMs } as unknown as ChainWatch,
      slotSeconds: 3,
      endpoints: { of: (nodeId) => (nodeId === 3n ? "" : "http://host/base") },
      store,
      domain: DOMAIN,
      metrics: new Metrics(),
      logger: pino({ level: "silent" }),
      oneIn: 1,
      allowsPrivate: false,
      random: () => 0,
      ask: async (url) => {
        asked++;
        expect(url.pathname).to.match(/^\/base\/probe\/0x[0-9a-f]{64}$/);
        return await answer(url.pathname.split("/").at(-1)!);
      },
    });
    prober.onHeard(heartbeat, [1n, 2n, 3n], agent.address);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const silent = [...store.slots.silent(1, 2)].sort();
    store.slots.closeSlot(1, 2, [1n]);
    expect(store.slots.noteSilence(1, 2, [1n]), "too late").to.equal(false);
    store.close();
    return { asked, silent };
  }
  const signed = (wallet: Signer) => async (nonce: string) => {
    return JSON.stringify({ signature: await signProbe(wallet, DOMAIN, nonce) });
  };

  it("should ask an endpoint once for all its nodes, and be content with the agent's signature", async () => {
    expect(await probe(signed(agent))).to.deep.equal({ asked: 1, silent: [] });
  });

  it("should take silence, garbage and other keys for silence, after a second try", async () => {
    const silent = { asked: 2, silent: [1n, 2n] };
    expect(await probe(() => Promise.reject(new Error("refused")))).to.deep.equal(silent);
    expect(await probe(() => Promise.resolve("<html>"))).to.deep.equal(silent);
    expect(await probe(() => Promise.resolve(JSON.stringify({ signature: `0x${"00".repeat(64)}` })))).to.deep.equal(
      silent,
    );
    expect(await probe(signed(Wallet.createRandom()))).to.deep.equal(silent);
    let tries = 0;
    const second = async (nonce: string): Promise<string> => (tries++ === 0 ? "" : await signed(agent)(nonce));
    expect(await probe(second)).to.deep.equal({ asked: 2, silent: [] });
  });

  it("should ask those that the slot's first block picks, and no others, at a moment of its own", async () => {
    const nodeIds = Array.from({ length: 60 }, (_, i) => BigInt(i + 1));
    const asked = new Set<bigint>();
    const store = new Store(":memory:");
    const delays: number[] = [];
    const prober = new Prober({
      watch: { firstOf: () => id("block"), remainingMs: () => 1_000 } as unknown as ChainWatch,
      slotSeconds: 1,
      endpoints: { of: (nodeId) => `http://host/${nodeId}` },
      store,
      domain: DOMAIN,
      metrics: new Metrics(),
      logger: pino({ level: "silent" }),
      oneIn: 4,
      allowsPrivate: false,
      // Each waits for another part of the time that is left when both tries are allowed for.
      random: () => {
        delays.push(delays.length / 1_000);
        return delays.at(-1)!;
      },
      ask: async (url) => {
        asked.add(BigInt(url.pathname.split("/")[1]!));
        return await signed(agent)(url.pathname.split("/").at(-1)!);
      },
    });
    prober.onHeard(heartbeat, nodeIds, agent.address);
    await new Promise((resolve) => setTimeout(resolve, 100));
    store.close();
    const picked = nodeIds.filter((nodeId) => isPicked(id("block"), nodeId, 4));
    expect([...asked].sort((a, b) => Number(a - b))).to.deep.equal(picked);
    expect(picked.length).to.be.within(5, 30);
    expect(delays).to.have.length(picked.length);
  });

  it("should not hold against a node what cannot be asked, or not in time", async () => {
    const forbidden = (): Promise<string> => Promise.reject(new ForbiddenEndpointError("no"));
    expect(await probe(forbidden)).to.deep.equal({ asked: 1, silent: [] });
    expect(await probe(() => Promise.reject(new Error("refused")), 100)).to.deep.equal({ asked: 0, silent: [] });
  });
});
