import { expect } from "chai";

import { buildReport, decodeDataFile, hashReport, type BuiltReport } from "@millrace/uptime-tree/format";

import type { HeartbeatHosts } from "../HeartbeatHosts.js";
import type { OracleWorld } from "../OracleWorld.js";

/** Waits for the report of an epoch and builds it again from the file that a member serves. */
export async function reportOf(world: OracleWorld, epoch: number, from: number): Promise<BuiltReport> {
  const { uptime } = world.contracts;
  await world.until(`the report of epoch ${epoch}`, async () => (await uptime.statusOf(epoch)) !== 0n);
  const onChain = await uptime.reportHashAt(epoch);
  let built: BuiltReport | undefined;
  await world.until(`the file of epoch ${epoch}`, async () => {
    const response = await fetch(`${world.urls[from]}/reports/${onChain}/data`).catch(() => undefined);
    if (response?.ok !== true) return false;
    built = buildReport(decodeDataFile(new Uint8Array(await response.arrayBuffer())));
    return true;
  });
  expect(hashReport(built!.report), "the file gives the report that stands").to.equal(onChain);
  return built!;
}

/**
 * Holds the slots of a report against what the hosts know: taken by `enough` members it must be up, never sent it must
 * be down. Gives how many could be judged.
 */
export function judge(
  world: OracleWorld,
  hosts: HeartbeatHosts,
  { report, leaves }: BuiltReport,
  honest: readonly number[],
): { judged: number; wrong: string[] } {
  const wrong: string[] = [];
  let judged = 0;
  for (let node = 1; node <= leaves.count; node++) {
    const { bitmap } = leaves.leaf(node - 1);
    for (let slot = 0; slot < world.clock.slotsPerEpoch; slot++) {
      const isUp = ((bitmap >> BigInt(slot)) & 1n) === 1n;
      const sent = hosts.sentFor(report.epoch, slot, node);
      const isSure = sent === undefined || honest.every((member) => sent.urls.has(world.urls[member]!));
      if (!isSure) continue;
      judged++;
      if (isUp !== (sent !== undefined)) wrong.push(`node ${node}, slot ${slot}: ${isUp ? "up" : "down"}`);
    }
  }
  return { judged, wrong };
}

/** Value of a metric of a member, summed over its labels that match; zero for one that was never counted. */
export async function metricOf(world: OracleWorld, member: number, name: string, labels = ""): Promise<number> {
  const text = await (await fetch(`${world.urls[member]}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`millrace_oracle_${name}`) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
