import { setTimeout as sleep } from "node:timers/promises";

import { claimIdOf, GameHistory, readClaim } from "@millrace/jobs";
import { expect } from "chai";
import hre from "hardhat";

import type { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import { AgentWorld, type Party } from "../node-agent/AgentWorld.js";
import { sampleBundle } from "../node-agent/sampleBundle.js";

const SLASHED = 3n;
/** Longer than any restart takes on a slow machine. */
const TERMS = { windowSeconds: 300, responseSeconds: 300 };
const LINE_MS = 120_000;
/** Kills of each side: a quick run has a few, a long one kills after every move. */
const KILLS = hre.globalOptions.long ? Infinity : 2;
const MOVE_MADE = /move made/;
const BRANCH_OPENED = /branch opened/;

describe("a game between processes that are killed", function () {
  this.timeout(900_000);

  let world: AgentWorld;
  let hider: Party;

  before(async () => {
    world = await AgentWorld.start();
    hider = await world.addParty("hider");
    await world.mineEverySecond();
  });

  after(async () => {
    await world.end();
  });

  it("should end in a proof, and the bonds be withdrawn, however often kill -9 comes between", async () => {
    const { claims } = world.contracts;
    const isOver = async (): Promise<boolean> => (await claims.stateOf(claimId)) === SLASHED;
    const startAgent = (): Promise<ManagedProcess> => world.startAgent(hider, { cheat: "hide" });
    let agent = await startAgent();
    const claimId = claimIdOf(await world.openTask(sampleBundle(3), { nodeIds: [hider.nodeId], ...TERMS }), 1);
    let watcher = await world.startWatcher();

    const killedBy = { watcher: 0, agent: 0 };
    const restarts = { watcher: () => world.startWatcher(), agent: startAgent };
    const killAfter = async (who: "agent" | "watcher", line: RegExp): Promise<void> => {
      while (killedBy[who] < KILLS && !(await isOver())) {
        const victim = who === "watcher" ? watcher : agent;
        const isTold = await victim.waitForLine(line, LINE_MS).then(
          () => true,
          () => false,
        );
        if (!isTold || (await isOver())) return;
        // Anywhere between this move and the next.
        await sleep((killedBy[who] * 370) % 1_500);
        victim.kill("SIGKILL");
        await victim.exited;
        killedBy[who] += 1;
        const next = await restarts[who]();
        if (who === "watcher") watcher = next;
        else agent = next;
      }
    };
    await Promise.all([killAfter("watcher", MOVE_MADE), killAfter("agent", BRANCH_OPENED)]);
    await world.until("the slash", isOver, 300_000);
    expect(killedBy.watcher).to.be.at.least(2);
    expect(killedBy.agent).to.be.at.least(2);

    const [posted] = await readClaim(claims, { claimId, fromBlock: 0 });
    const history = new GameHistory(claimId, posted.block);
    await history.readTo(claims, await world.provider.getBlockNumber());
    expect(history.all().length).to.equal(3);
    await world.until("the bonds", async () => {
      const stored = await Promise.all(
        history.all().map(async ({ key }) => claims.branchOf(await claims.branchIdOf(claimId, key))),
      );
      return stored.every(({ bondGwei }) => bondGwei === 0n);
    });
    const proofs = await claims.queryFilter(claims.filters.WordProvenWrong(claimId));
    expect(proofs.length).to.equal(1);
  });
});
