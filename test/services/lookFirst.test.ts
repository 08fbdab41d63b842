import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import hre from "hardhat";

import { localAccount } from "../../scripts/local/localAccount.js";
import { NODE_FLAGS } from "../../scripts/local/nodeFlags.js";
import { FROM, type VerbWorld, verbWorld } from "../cli/verbWorld.js";

const connection = await hre.network.create();
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("services that only look", function () {
  let at: VerbWorld;
  const folder = mkdtempSync(join(tmpdir(), "millrace-look-"));

  before(async () => {
    at = await verbWorld(connection);
    await at.verbs.json(`checker take --from ${FROM.bob} --yes`);
  });

  after(async () => {
    await at.dispose();
    rmSync(folder, { recursive: true });
  });

  /** Runs a service to its end, or until it has said what it is to end at: what it says, and its exit code. */
  const run = async (service: string, fields: object, flags: readonly string[], party?: number, endsAt?: RegExp) => {
    const file = join(folder, `${service}.json`);
    writeFileSync(file, JSON.stringify({ rpcUrl: at.at.rpcUrl, dataDir: join(folder, service), port: 0, ...fields }));
    const args = [...NODE_FLAGS, `services/${service}/src/main.ts`, "--config", file, ...flags];
    const env = {
      ...process.env,
      MILLRACE_DEPLOYMENTS: at.at.deployments,
      MILLRACE_PRIVATE_KEY: party === undefined ? "" : keyOf(party),
    };
    const child = spawn(process.execPath, args, { cwd: ROOT, env });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (endsAt?.test(output) === true) child.kill("SIGTERM");
      });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, output };
  };
  const keyOf = (party: number): string => localAccount(party).privateKey;

  it("should tell a provider about its nodes with --check, and refuse what would keep it from its work", async () => {
    const alice = `--from ${FROM.alice} --yes`;
    await at.verbs.json(`node details --node 1 --endpoint http://alice.example:7001 ${alice}`);
    const fields = { nodes: [1], attestors: ["http://127.0.0.1:9"], publicUrl: "http://alice.example:7002" };
    const { code, output } = await run("node-agent", fields, ["--check"], FROM.agent);
    expect(code, output).to.equal(0);
    for (const line of [
      /node-agent: Chain \d+ is read through 1 node; deployment "test" is there from block 0\./,
      /node-agent: The account of the key, 0x\w{40}, has [\d.]+ for gas\./,
      /Node 1 of 0x\w{40} is active and speaks through 0x\w{40}; it says that its results are at http:\/\/alice\.example:7001; not at publicUrl/,
      /http:\/\/127\.0\.0\.1:9 does not answer/,
      /Nothing was signed/,
    ])
      expect(output).to.match(line);

    const stranger = await run("node-agent", fields, ["--check"], FROM.stranger);
    expect([stranger.code, stranger.output.trim().split("\n").length], stranger.output).to.deep.equal([1, 1]);
    expect(stranger.output).to.match(/^node-agent: Node 1 does not speak through .* Its agent is 0x/);
    const unknown = await run("node-agent", { ...fields, nodes: [99] }, []);
    expect(unknown.code, "without a key it only looks too").to.equal(1);
    expect(unknown.output).to.match(/There is no node 99\. .*npx hardhat node list/);
  });

  it("should tell a challenger about its budget and its seats", async () => {
    const fields = { check: true, bondBudgetEther: "1000000", demandBudgetEther: "2" };
    const { code, output } = await run("watcher", fields, ["--check"], FROM.bob);
    expect(code, output).to.equal(0);
    for (const line of [
      /watcher: The account of the key, 0x\w{40}, has [\d.]+ for gas\./,
      /It may have 1000000 in bonds and 2 for demands, which is more than its account has\./,
      /It checks for seat 1\./,
      /Nothing was signed/,
    ])
      expect(output).to.match(line);
  });

  it("should tell a checker that starts without a seat that it checks nothing", async () => {
    const start = (party: number) => run("watcher", { check: true }, [], party, /"msg":"ready"/);
    const alone = await start(FROM.stranger);
    expect(alone.output).to.match(/"address":"0x\w{40}","msg":"the key serves no checkers' seat: nothing is checked/);
    expect(alone.code, alone.output).to.equal(0);
    const seated = await start(FROM.bob);
    expect(seated.output).not.to.include("checkers' seat");
  });
});
