import type { OracleMember } from "./createMember.js";
import type { Health } from "./http/schemas.js";

/** Without a new block for this long, the chain or the connection to it stands still. */
const STALE_MS = 60_000;

/** How a member is, and what is wrong with it in sentences. */
export async function healthOf(parts: OracleMember): Promise<Health> {
  const { watch, clock, facts, identity, driver } = parts;
  const head = watch.latest;
  const [newest, nodes] = await Promise.all([facts.newestReport(), facts.nodeCount()]);
  const isStarted = head !== undefined && head.timestamp >= clock.genesisAt;
  const isStale = head !== undefined && performance.now() - head.seenMs > STALE_MS;
  const { problems, warnings } = driver;
  return {
    status: head === undefined ? "starting" : isStale ? "behind" : problems.length > 0 ? "ailing" : "ok",
    problems,
    warnings,
    attestor: identity.attestor,
    epoch: isStarted ? clock.epochAt(head.timestamp) : -1,
    slot: isStarted ? clock.slotAt(head.timestamp) : -1,
    block: head?.number ?? -1,
    nodes: Number(nodes),
    lastReport: BigInt(newest.reportHash) === 0n ? null : newest.epoch,
  };
}
