import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { concat } from "ethers";

import {
  buildReport,
  hashReport,
  NodeTable,
  reportDigest,
  signHeartbeat,
  uptimeDomain,
  type BuiltReport,
} from "@millrace/uptime-tree/format";

import { toHeartbeatJson } from "../../services/oracle/src/store/heartbeatJson.js";
import { LeaseDriver } from "../market/leaseDriver.js";
import type { World } from "../market/marketFixture.js";
import type { Connection } from "../support/deployMillrace.js";
import { serve } from "../support/serve.js";
import { type Statements, Testimony, type Told } from "../uptime/Testimony.js";

const SLOTS = 20;
const NODES = 2;
const UNITS = 2;
const WEIGHT = 100;

/** A posted report of the deployed system with everything below it, its data file, and an attestor that serves both. */
export class OracleStage {
  private constructor(
    readonly epoch: number,
    readonly testimony: Testimony,
    readonly said: readonly Statements[],
    readonly built: BuiltReport,
    /** Data file of the report. */
    readonly file: string,
    /** Where an attestor answers. */
    readonly url: string,
    private readonly folder: string,
    private readonly server: Server,
  ) {}

  /** Lets every attestor say what `told` has for its seat, and posts what follows. */
  static async open(connection: Connection, world: World, told: (seat: number) => Told): Promise<OracleStage> {
    const driver = new LeaseDriver(connection, world);
    const epoch = await driver.epoch();
    await driver.closeThrough(epoch);
    const { uptime, settlement, nodes, agent, attestorKeys } = world;
    const [seats, , threshold] = await uptime.setOf(epoch);
    const keys = seats.map((seat) => attestorKeys.find(({ address }) => address === seat)!);
    const { chainId } = await connection.ethers.provider.getNetwork();
    const oracle = await uptime.getAddress();
    const configDigest = await uptime.configDigest();
    const site = { domain: uptimeDomain(chainId, oracle), slots: SLOTS, configDigest, nodeCount: NODES, agent };
    const testimony = new Testimony({ ...site, attestors: keys });
    const said = await Promise.all(keys.map((_, seat) => testimony.tell(epoch, seat, told(seat))));
    const [pot] = await settlement.potOf(epoch);
    const [registryDigest] = await nodes.registryAt(epoch);
    const providers = [world.alice, world.bob];
    const built = buildReport({
      ...{ chainId, oracle, epoch, configDigest, registryDigest, pot },
      slotsPerEpoch: SLOTS,
      threshold: Number(threshold),
      previousReport: (await uptime.newestReport()).reportHash,
      nodes: NodeTable.from(
        providers.map(({ address }) => {
          const facts = { active: true, capacityPassed: true, rewardBefore: 0n };
          return { provider: address, units: UNITS, weight: WEIGHT, ...facts };
        }),
      ),
      observations: said
        .map(({ observation }) => observation)
        .sort((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1)),
    });
    const digest = reportDigest(testimony.domain, built.report);
    const signatures = keys.map((key) => key.signingKey.sign(digest).compactSerialized);
    await uptime.submitReport(built.report, 2 ** keys.length - 1, concat(signatures));
    const folder = mkdtempSync(join(tmpdir(), "millrace-stage-"));
    const file = join(folder, "epoch.bin");
    writeFileSync(file, built.bytes);
    const server = createServer((request, response) => {
      void answer(request, { epoch, testimony, said, built }).then((text) => {
        response.writeHead(text === undefined ? 404 : 200, { "content-type": "application/json" });
        response.end(text ?? JSON.stringify({ code: "NOT_FOUND", message: "that is not here" }));
      });
    });
    const url = await serve(server);
    return new OracleStage(epoch, testimony, said, built, file, url, folder, server);
  }

  /** URLs of the attestors, each of which gives its own receipts alone. */
  get urls(): string[] {
    return this.said.map((_, seat) => `${this.url}/${seat}`);
  }

  /** URL of an attestor that shows leaves of nodes that were never up. */
  get liar(): string {
    return `${this.url}/liar`;
  }

  get reportHash(): string {
    return hashReport(this.built.report);
  }

  /** Writes a JSON file beside the data file. */
  write(name: string, content: unknown): string {
    const file = join(this.folder, name);
    writeFileSync(
      file,
      JSON.stringify(content, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value)),
    );
    return file;
  }

  /** The same with bytes. */
  writeBytes(name: string, bytes: Uint8Array): string {
    const file = join(this.folder, name);
    writeFileSync(file, bytes);
    return file;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** What attestors answer: a leaf with its proof, receipts, the heartbeat behind them. */
async function answer(
  request: IncomingMessage,
  { epoch, testimony, said, built }: Pick<OracleStage, "built" | "epoch" | "said" | "testimony">,
): Promise<string | undefined> {
  const path = (request.url ?? "").split("/").slice(1);
  const isLiar = path[0] === "liar" && path.shift() !== undefined;
  const seat = /^\d+$/.test(path[0] ?? "") ? Number(path.shift()) : 0;
  const [noun, ...rest] = path;
  if (noun === "epochs") {
    const index = Number(rest[2]) - 1;
    if (index >= built.leaves.count) return undefined;
    const leaf = built.leaves.leaf(index);
    return asJson({ leaf: isLiar ? { ...leaf, bitmap: 0n } : leaf, proof: built.tree.proof(index) });
  }
  if (noun === "evidence") {
    const heartbeat = testimony.heartbeat(epoch, Number(rest[1]));
    return toHeartbeatJson(await signHeartbeat(testimony.site.agent, testimony.domain, heartbeat));
  }
  if (noun !== "receipts") return undefined;
  let body = "";
  for await (const chunk of request) body += (chunk as Buffer).toString();
  const { slot, nodeIds } = JSON.parse(body) as { slot: number; nodeIds: [string] };
  const { observation, batches } = said[seat]!;
  const batch = batches.get(slot);
  const signed = { epoch, slot, attestor: observation.attestor, signature: batch?.signature ?? "" };
  const receipt = batch?.tree.receipt({ ...signed, root: batch.tree.root }, BigInt(nodeIds[0]));
  return asJson({ receipts: receipt === undefined ? [] : [receipt] });
}

function asJson(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    // Numbers of nodes are texts where attestors write them; indices and slots are not.
    return typeof each === "bigint" || key === "nodeId" ? String(each) : each;
  });
}
