import { type BlockClock, decodeError, listen, type ServiceContext, sleep, Trouble } from "@millrace/sdk";
import { signProbe } from "@millrace/uptime-tree/format";

import type { Conduct } from "./Conduct.js";
import type { AgentConfig } from "./config.js";
import { type Desk, openDesk } from "./Desk.js";
import { HeartbeatSender } from "./heartbeat/HeartbeatSender.js";
import { ReceiptKeeper } from "./heartbeat/ReceiptKeeper.js";
import { createServer } from "./http/createServer.js";
import { Publication } from "./tasks/Publication.js";
import { Work } from "./Work.js";

type Context = ServiceContext<AgentConfig>;
type Block = Awaited<ReturnType<BlockClock["latest"]>>;

/** Starts an agent: checks that the key may speak for the nodes, then follows the chain block by block. */
export async function startAgent(context: Context, conduct: Conduct): Promise<void> {
  const { config, wallet, shutdown } = context;
  const desk = await openDesk(context);
  const receipts = new ReceiptKeeper(desk);
  const heartbeats = new HeartbeatSender({ ...desk, signer: wallet, receipts });
  const work = await Work.of(context, desk, conduct);

  let block = 0;
  const health = (): Record<string, unknown> => ({
    agent: wallet.address,
    nodes: config.nodes,
    block,
    heartbeats: heartbeats.sent,
    receipts: receipts.kept,
    working: desk.workload.size,
    challengesAnswered: work.challengesAnswered,
    attempts: desk.store.counts(),
  });
  const publication = new Publication({ ...desk, now: () => desk.blocks.now(), pollMs: config.pollMs });
  const server = createServer({
    ...desk,
    publishesTrace: conduct.publishesTrace,
    isPublic: (attempt, file) => publication.isPublic(attempt, file),
    health,
    answerProbe: (nonce) => signProbe(wallet, desk.domain, nonce),
  });
  shutdown.add("http", () => server.close());
  await listen(server, config);

  const following = follow(desk, config.pollMs, async (head) => {
    block = head.number;
    await heartbeats.onBlock(head);
    receipts.onBlock(head.timestamp);
    await work.onBlock(head);
  });
  shutdown.add("following the chain", async () => {
    await following;
    await work.idle();
  });
}

/** Calls back for the latest block, as often as it changes, until the shutdown; survives a chain that is away. */
async function follow(
  { blocks, logger, signal }: Desk,
  pollMs: number,
  onBlock: (head: Block) => Promise<void>,
): Promise<void> {
  const trouble = new Trouble({ logger, message: "could not follow the chain" });
  let last = -1;
  while (!signal.aborted) {
    try {
      const head = await blocks.latest();
      if (head.number !== last) await onBlock(head);
      last = head.number;
      trouble.over();
    } catch (error) {
      // Aborted work fails in all kinds of ways: nobody wants to read of them.
      if (!isEnded(signal)) trouble.failed({ reason: decodeError(error).sentence });
    }
    await sleep(pollMs, signal);
  }
}

/** It may have ended while something was waited for, which the compiler does not see. */
const isEnded = (signal: AbortSignal): boolean => signal.aborted;
