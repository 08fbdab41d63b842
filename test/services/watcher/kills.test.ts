import { claimIdOf, GameHistory, readClaim } from "@millrace/jobs";
import { expect } from "chai";
import hre from "hardhat";

import type { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import { AgentWorld, type Party } from "../node-agent/AgentWorld.js";
import { killInTurn } from "../node-agent/killInTurn.js";
import { sampleBundle } from "../node-agent/sampleBundle.js";

const SLASHED = 3n;
/** Longer than any restart takes on a slow machine. */
const TERMS = { windowSeconds: 300, responseSeconds: 300 };
/** Kills of each side: a quick run has one, a long one kills after every move. */
const KILLS = hre.globalOptions.long ? Infinity : 1;
const MOVE_MADE = /move made/;
const ANSWERED = /question answered/;

describe("a game between processes that are killed", function () {
  this.timeout(1_800_000);

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
    const agent = await startAgent();
    const claimId = claimIdOf(await world.openTask(sampleBundle(3), { nodeIds: [hider.nodeId], ...TERMS }), 1);
    const watcher = await world.startWatcher();
    const killed = await Promise.all([
      killInTurn({ victim: watcher, line: MOVE_MADE, most: KILLS, restart: () => world.startWatcher(), isOver }),
      killInTurn({ victim: agent, line: ANSWERED, most: KILLS, restart: startAgent, isOver }),
    ]);
    await world.until("the slash", isOver);
    for (const count of killed) expect(count).to.be.at.least(1);

    const [posted] = await readClaim(claims, { claimId, fromBlock: 0 });
    const history = new GameHistory(claimId, posted.block);
    await history.readTo(claims, await world.provider.getBlockNumber());
    expect(history.all().length).to.equal(3);
    await world.until("the bonds", async () => {
      const stored = await Promise.all(
        history.all().map(async ({ key }) => claims.branchOf(claimId, await claims.branchIdOf(claimId, key))),
      );
      return stored.every(({ bondGwei }) => bondGwei === 0n);
    });
    const proofs = await claims.queryFilter(claims.filters.WordProvenWrong(claimId));
    expect(proofs.length).to.equal(1);
  });
});
