import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect } from "chai";

import { deploymentPath } from "@millrace/sdk";

import { FakeRpcNode } from "../../../support/FakeRpcNode.js";
import { deepDescribe } from "../../../support/deep.js";
import { OracleWorld } from "../OracleWorld.js";

/** The member that runs while others with its key are started. */
const RUNNING = 0;
/** A member that is started wrongly. */
const OTHER = 1;
/** A chain of others. */
const PUBLIC_CHAIN = 10;

/** Whatever an operator does wrong is one line on standard error that says what is wrong and what to do. */
deepDescribe("attestors that are started wrongly, as processes", function () {
  this.timeout(0);

  let world: OracleWorld;

  before(async () => {
    world = await OracleWorld.start({ members: 2 });
    await world.chain.mineEvery(1);
    await world.startMember(RUNNING);
  });

  after(async () => {
    await world.end();
  });

  /** Starts a member, which must not start; gives the one line that it says. */
  const refused = async (fields: Record<string, unknown>, flags: string[] = [], key?: string): Promise<string> => {
    const { code, output } = await world.runMember(OTHER, { port: 0, ...fields }, flags, key);
    expect(code, output).to.equal(1);
    const lines = output.split("\n").filter((line) => line.startsWith("oracle: "));
    expect(lines, output).to.have.length(1);
    return lines[0]!;
  };
  const write = (name: string, content: string): string => {
    const file = join(world.folder, name);
    writeFileSync(file, content);
    return file;
  };

  it("should say what is wrong with the config file", async () => {
    const missing = join(world.folder, "nowhere.json");
    expect(await refused({}, ["--config", missing])).to.match(
      /nowhere\.json.* is missing\. Create it, or name another/,
    );
    const broken = write("broken.json", "{ not JSON");
    expect(await refused({}, ["--config", broken])).to.match(/cannot be read\. It must be JSON or YAML/);
    expect(await refused({}, ["--conf", broken])).to.match(/Unknown option '--conf'.* See --help/);
    expect(await refused({ rpcURL: "http://127.0.0.1:1" })).to.match(/rpcURL: there is no such setting \(rpcUrl\?\)/);
    const numbers = { port: -1, pollMs: -5, maxFeeGwei: -3, probeOneIn: 0, peerTimeoutMs: "soon" };
    const line = await refused({ ...numbers, peers: ["nowhere"] });
    for (const name of [...Object.keys(numbers), "peers.0"]) expect(line).to.contain(`${name}: `);
    expect(line).to.match(/Correct .*run-1\.json or the MILLRACE_… variables/);
  });

  it("should say what is wrong with the key", async () => {
    expect(await refused({}, [], "0x1234")).to.match(
      /is not a private key\. Put a private key \(0x and 64 hex digits\)/,
    );
    const own = world.attestorKey(RUNNING).privateKey;
    const dataDir = join(world.folder, "twin");
    expect(await refused({ dataDir }, [], own)).to.match(/Another process .* signs with the key .* costs the bond/);
    // A folder that another key has used.
    const used = join(world.folder, "used");
    mkdirSync(used);
    const db = new DatabaseSync(join(used, "oracle.sqlite"));
    db.exec("CREATE TABLE identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;");
    db.exec(`INSERT INTO identity VALUES ('key', '${world.attestorKey(RUNNING).address}')`);
    db.close();
    expect(await refused({ dataDir: used })).to.match(/belongs to key .*Use a database of its own/);
  });

  it("should say what is wrong with the chain", async () => {
    expect(await refused({ rpcUrl: "http://127.0.0.1:1" })).to.match(/No chain answers at .*correct the URL/);
    expect(await refused({ chainId: 5 })).to.match(/is chain 31337, not chain 5\. Connect to the right node/);
    expect(await refused({ rpcUrls: ["http://127.0.0.1:1"], chainId: undefined })).to.match(
      /not the chain.*Set chainId/,
    );
    const rpcUrls = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
    expect(await refused({ rpcUrls })).to.match(/Only 1 of 3 nodes answer .*At least 2 must/);
    expect(await refused({ rpcUrls, rpcQuorum: 1 })).to.match(/1 of 3 nodes is no majority\. Ask for more than half/);
    expect(await refused({ deployment: join(world.folder, "no.json") })).to.match(/no\.json/);
  });

  it("should not rely on one node of a public chain", async () => {
    const node = await new FakeRpcNode(async ({ method, params }) => {
      if (method === "eth_chainId") return { result: `0x${PUBLIC_CHAIN.toString(16)}` };
      return { result: (await world.provider.send(method, [...params])) as unknown };
    }).start();
    const record = readFileSync(deploymentPath(world.deployment.chainId, world.folder), "utf8");
    const moved = JSON.stringify({ ...(JSON.parse(record) as object), chainId: PUBLIC_CHAIN });
    const fields = { rpcUrl: node.url, chainId: PUBLIC_CHAIN, deployment: write("public.json", moved) };
    const line = /read through 1 node, which could lie\. Name at least two more in rpcUrls/;
    expect(await refused(fields)).to.match(line);
    expect(await refused(fields, ["--check"]), "also when it only looks").to.match(line);
    await node.stop();
  });

  it("should say when the chain's nodes have forgotten what a late report is made from", async () => {
    let oldest = 0;
    const node = await new FakeRpcNode(async ({ method, params }) => {
      const isOld = ["eth_call", "eth_getBalance"].includes(method) && Number(params[1]) < oldest;
      if (isOld) return { error: { code: -32_000, message: "missing trie node" } };
      return { result: (await world.provider.send(method, [...params])) as unknown };
    }).start();
    const fields = { port: 0, rpcUrl: node.url, peers: [] };
    expect((await world.runMember(OTHER, fields, ["--check"])).output).to.match(/State is given of the last 8 epochs/);
    oldest = await world.provider.getBlockNumber();
    const { code, output } = await world.runMember(OTHER, fields, ["--check"]);
    expect([code, output]).to.deep.equal([0, output]);
    expect(output).to.match(/No state is given of block \d+, 8 epochs ago: use archive nodes/);
    await node.stop();
  });

  it("should say what is wrong with the machine: the port, the folder, the database", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(world.ports[OTHER], "127.0.0.1", resolve));
    expect(await refused({ port: world.ports[OTHER] })).to.match(/Port \d+ .*in use\. Stop what listens there, or set/);
    server.close();
    expect(await refused({ dataDir: "/sys/attestor" })).to.match(/cannot be opened: (EACCES|EPERM|EROFS).*read-only/);
    const file = write("a-file", "");
    expect(await refused({ dataDir: join(file, "below") })).to.match(/cannot be opened: (ENOTDIR|EEXIST)/);

    const dataDir = join(world.folder, "locked");
    mkdirSync(dataDir);
    const db = new DatabaseSync(join(dataDir, "oracle.sqlite"));
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held (n INTEGER); COMMIT;");
    expect(await refused({ dataDir })).to.match(
      /cannot be opened: database is locked\. Another process may be running/,
    );
    db.close();
    const { code, output } = await world.runMember(OTHER, { port: 0, dataDir }, ["--check"]);
    expect([code, output]).to.deep.equal([0, output]);
    expect(output).to.contain("has no seat in this epoch");
  });
});
