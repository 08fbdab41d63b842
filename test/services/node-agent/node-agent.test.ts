import { createServer } from "node:http";

import { claimIdOf, GameHistory, readClaim, readOrder } from "@millrace/jobs";
import {
  execute,
  Region,
  TraceTree,
  encodeParams,
  kernelCodeHash as kernelCodeHashOf,
  Mode,
  Program,
} from "@millrace/tensor";
import { heartbeatSigner, uptimeDomain } from "@millrace/uptime-tree/format";
import { expect } from "chai";
import { concat, hexlify, parseEther } from "ethers";

import type { ManagedProcess } from "../../../scripts/local/ManagedProcess.js";
import { commitToFirst } from "../../claims/support/commitments.js";
import { depthOf } from "../../verifiers/support/tree.js";
import { PATIENCE_MS } from "../until.js";
import { AgentWorld, type Party } from "./AgentWorld.js";
import { sampleBundle } from "./sampleBundle.js";

const STATUS = { submitted: 7n, finalized: 10n } as const;
const CLAIM_SLASHED = 3n;

describe("node agent", function () {
  let world: AgentWorld;
  let honest: Party;
  let other: Party;
  let cheats: Party[];

  before(async () => {
    world = await AgentWorld.start();
    honest = await world.addParty("honest");
    other = await world.addParty("other", 3);
    cheats = [await world.addParty("corrupt"), await world.addParty("hide"), await world.addParty("silence")];
    await world.mineEverySecond();
  });

  after(async () => {
    await world.end();
  });

  const statusIs = (taskId: bigint, status: bigint) => async () =>
    (await world.contracts.tasks.statusOf(taskId)) === status;

  describe("that is honest", () => {
    let agent: ManagedProcess;

    before(async () => {
      agent = await world.startAgent(honest, { policy: { minPriceCredits: "5", wordsPerSecond: 50 } });
    });

    after(async () => {
      await world.stopServices();
    });

    it("should say once in every slot that its node runs", async () => {
      await world.until("three heartbeats", () => Promise.resolve(world.heartbeats.length >= 3));
      const domain = uptimeDomain(world.deployment.chainId, world.deployment.contracts.UptimeOracle);
      const heard = [...world.heartbeats];
      const slots = new Set<number>();
      for (const { nodeIds, blockNumber, blockHash, ...rest } of heard) {
        expect(nodeIds).to.deep.equal([String(honest.nodeId)]);
        const heartbeat = { ...rest, nodeIds: nodeIds.map(BigInt), blockNumber: BigInt(blockNumber), blockHash };
        expect(heartbeatSigner(domain, heartbeat)).to.equal(honest.agent.address);
        const block = await world.provider.getBlock(Number(blockNumber));
        expect(block?.hash).to.equal(blockHash);
        const at = block?.timestamp ?? 0;
        expect([rest.epoch, rest.slot]).to.deep.equal([world.clock.epochAt(at), world.clock.slotAt(at)]);
        slots.add(Math.floor((at - world.clock.genesisAt) / world.clock.slotSeconds));
      }
      expect(slots.size).to.equal(heard.length);
    });

    it("should accept, execute, submit, serve and be paid", async () => {
      const bundle = sampleBundle(1);
      const taskId = await world.openTask(bundle, { nodeIds: [honest.nodeId] });
      await world.until("the payment", statusIs(taskId, STATUS.finalized));
      const { body, output } = execute(bundle.program, bundle.input);
      const base = `http://127.0.0.1:${honest.port}/tasks/${taskId}/1`;
      expect(await bytesOf(`${base}/output.bin`)).to.deep.equal(Buffer.from(output));
      expect(await bytesOf(`${base}/body.bin`)).to.deep.equal(Buffer.from(body));
      const { earned } = await world.contracts.settlement.positionOf(honest.provider.address);
      expect(earned > 0n).to.equal(true);
      expect((await world.contracts.staking.accountOf(honest.provider.address)).bonded).to.equal(0n);
      expect((await fetch(`${base}/status`)).status).to.equal(200);
      expect((await fetch(`http://127.0.0.1:${honest.port}/tasks/${taskId}/2/output.bin`)).status).to.equal(404);
    });

    it("should leave orders that its policy refuses", async () => {
      const price = parseEther("4.99");
      const terms = { nodeIds: [honest.nodeId], startPrice: price, maxPrice: price };
      const taskId = await world.openLeft(agent, /the price is too low/, sampleBundle(3), terms);
      const order = await readOrder(world.contracts.tasks, taskId, 0);
      await (await world.as(world.buyer).tasks.cancel(taskId, order)).wait();
    });

    it("should leave orders whose deadline it may miss", async () => {
      const terms = { nodeIds: [honest.nodeId], workSeconds: 10 };
      const taskId = await world.openLeft(agent, /words may take longer than the work may/, sampleBundle(6), terms);
      const order = await readOrder(world.contracts.tasks, taskId, 0);
      await (await world.as(world.buyer).tasks.cancel(taskId, order)).wait();
      // Few words, but proven by the piece: each lane takes the reference thousands of times as long.
      const words = 160;
      const kernelCodeHash = kernelCodeHashOf("Requantise");
      const slow = {
        ...{ kernel: "Requantise", kernelCodeHash, words, usedWords: words, mode: Mode.Piece, pieceLog2: 0 },
        ...{ laneBits: 8 as const, params: encodeParams([0, 3, 3, 1, 0, 0, 0]) },
      };
      const bundle = { program: new Program(words, [], [slow]), input: new Uint8Array(32 * words) };
      const reason = /5120 of its lanes have no fast path/;
      const slowId = await world.openLeft(agent, reason, bundle, { nodeIds: [honest.nodeId] });
      const slowOrder = await readOrder(world.contracts.tasks, slowId, 0);
      await (await world.as(world.buyer).tasks.cancel(slowId, slowOrder)).wait();
    });

    it("should not accept before it holds the very bundle that was ordered", async () => {
      const inputRoot = TraceTree.build(sampleBundle(5).input).root;
      const terms = { nodeIds: [honest.nodeId], inputRoot };
      const taskId = await world.openLeft(agent, /its input has another root/, sampleBundle(4), terms);
      expect((await world.contracts.tasks.taskOf(taskId)).attempt).to.equal(0n);
    });

    it("should go on where kill -9 stopped it, and answer what was asked meanwhile", async () => {
      const terms = { nodeIds: [honest.nodeId], windowSeconds: 20, responseSeconds: 600 };
      const taskId = await world.openTask(sampleBundle(2), terms);
      await world.until("the submission", statusIs(taskId, STATUS.submitted));
      agent.kill("SIGKILL");
      await agent.exited;

      const { claims } = world.as(world.challenger);
      const claimId = claimIdOf(taskId, 1);
      const [posted] = await readClaim(claims, { claimId, fromBlock: 0 });
      const bondWei = await claims.branchBond();
      const { bodyRoot, header } = posted.claim;
      const top = { region: Region.Body, height: depthOf(Number(header.bodyWords)), position: 0, hash: bodyRoot };
      const reveal = await commitToFirst(claims, claimId, top);
      // Shown in a later block than committed: gas is estimated at the time of the last block there is.
      await world.laterBlock();
      await (await claims.pointTop(claimId, posted.claim, Region.Body, reveal, { value: bondWei })).wait();
      const feeWei = await claims.feeOf(claimId);
      for (const region of [Region.Input, Region.Output])
        await (await claims.demand(claimId, posted.claim, region, 0, { value: feeWei })).wait();
      agent = await world.startAgent(honest, { policy: { minPriceCredits: "5", wordsPerSecond: 50 } });
      const game = new GameHistory(claimId, posted.block);
      await world.until("the opening", async () => {
        await game.readTo(claims, await world.provider.getBlockNumber());
        return game.all().length === 1 && game.pending().length === 0;
      });
      await world.until("the chunks", async () => {
        await game.readTo(claims, await world.provider.getBlockNumber());
        return game.demands().length === 2 && game.demands().every(({ words }) => words !== undefined);
      });
      const words = game.demands().find(({ region }) => region === (Region.Input as number))?.words ?? [];
      expect(concat(words)).to.equal(hexlify(sampleBundle(2).input.subarray(0, 32 * words.length)));
      const balance = await world.provider.getBalance(honest.provider.address);
      await world.provider.send("evm_increaseTime", [700]);
      await world.until("the payment", statusIs(taskId, STATUS.finalized));
      await world.until("the challenger's bond", async () => {
        return (await world.provider.getBalance(honest.provider.address)) === balance + bondWei + 2n * feeWei;
      });
    });

    it("should end on SIGTERM, with code 0", async () => {
      agent.kill("SIGTERM");
      expect(await agent.exited).to.equal(0);
    });
  });

  describe("that cheats, before a watcher", () => {
    const CHEATS = ["corrupt", "hide", "silence"] as const;
    const taskIds: bigint[] = [];

    // All at once, as they would come: what takes time is the clocks of the claims.
    before(async () => {
      await Promise.all([world.startWatcher(), ...CHEATS.map((cheat, i) => world.startAgent(cheats[i], { cheat }))]);
      for (const [i, { nodeId }] of cheats.entries())
        taskIds.push(await world.openTask(sampleBundle(10 + i), { nodeIds: [nodeId, other.nodeId] }));
      const { tasks } = world.contracts;
      for (const taskId of taskIds)
        await world.until("an acceptance", async () => (await tasks.taskOf(taskId)).attempt > 0n);
      await world.startAgent(other, { policy: { maxConcurrentTasks: 3 } });
    });

    after(async () => {
      await world.stopServices();
    });

    for (const [i, cheat] of CHEATS.entries()) {
      it(`should lose its bond by ${cheat}, and the task be finished by another`, async () => {
        const { claims, staking, tasks } = world.contracts;
        const claimId = claimIdOf(taskIds[i], 1);
        await world.until("the slash", async () => (await claims.stateOf(claimId)) === CLAIM_SLASHED);
        expect((await staking.accountOf(cheats[i].provider.address)).bonded).to.equal(0n);
        const [slashed] = await claims.queryFilter(claims.filters.ClaimSlashed(claimId));
        expect(slashed.args.provider).to.equal(cheats[i].provider.address);
        await world.until("the payment of the other", statusIs(taskIds[i], STATUS.finalized));
        const [paid] = await tasks.queryFilter(tasks.filters.TaskFinalized(taskIds[i]));
        expect(paid.args.provider).to.equal(other.provider.address);
      });
    }
  });

  describe("that cannot start", () => {
    const endsWith = async (options: Parameters<AgentWorld["spawnAgent"]>[1], sentence: RegExp): Promise<void> => {
      const agent = world.spawnAgent(cheats[0], options);
      await agent.waitForLine(sentence, PATIENCE_MS);
      expect(await agent.exited).to.equal(1);
    };

    it("should name the key that the node speaks through", async () => {
      await endsWith({ key: world.challenger.privateKey }, /Node 3 does not speak through 0x.*Its agent is 0x/);
    });

    it("should name the node that does not exist", async () => {
      await endsWith({ fields: { nodes: [77] } }, /Node 77 does not speak.*There is no such node/);
    });

    it("should name the port that is in use", async () => {
      const blocker = createServer();
      await new Promise<void>((resolve) => blocker.listen(cheats[0].port, "127.0.0.1", resolve));
      try {
        await endsWith({}, /Port \d+ of 127\.0\.0\.1 is in use/);
      } finally {
        blocker.close();
      }
    });

    it("should name the chain that does not answer, and the field that is wrong", async () => {
      await endsWith({ fields: { rpcUrl: "http://127.0.0.1:1" } }, /No chain answers at http:\/\/127\.0\.0\.1:1/);
      await endsWith({ fields: { nodes: [] } }, /config of node-agent is not valid: nodes/);
    });

    it("should name the cheats that there are", async () => {
      await endsWith({ cheat: "lie" }, /There is no cheat lie\. Choose one with --cheat corrupt\|hide\|silence/);
    });
  });
});

async function bytesOf(url: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}
