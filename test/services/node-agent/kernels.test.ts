import { fileURLToPath } from "node:url";

import { claimIdOf } from "@millrace/jobs";
import { type Bundle, InputWriter, ownKernels, ProgramBuilder } from "@millrace/tensor";
import { expect } from "chai";

import { deepDescribe } from "../../support/deep.js";
import { hammingDistances } from "../../../examples/hamming/hammingDistance.ts";
import known from "../../../examples/hamming/kernels.ts";
import { HammingDistance__factory } from "../../../typechain-types/index.js";
import { PATIENCE_MS } from "../until.js";
import { AgentWorld, type Party } from "./AgentWorld.js";

const SLASHED = 3n;
const FINALIZED = 10n;
const MODULE = fileURLToPath(new URL("../../../examples/hamming/kernels.ts", import.meta.url));

/** A search of fingerprints with a kernel that this repository's packages do not have. */
function search(seed: number): Bundle {
  const builder = new ProgramBuilder(ownKernels.with(...known));
  const left = builder.input("queries", { rows: 16, columns: 2, laneBits: 256 });
  const right = builder.input("entries", { rows: 64, columns: 2, laneBits: 256 });
  hammingDistances(builder, "distances", { left, right, output: true });
  const program = builder.build();
  const bytes = (rows: number): Uint8Array => Uint8Array.from({ length: 64 * rows }, (_, i) => (i * 37 + seed) % 256);
  return { program, input: new InputWriter(program).raw(left, bytes(16)).raw(right, bytes(64)).bytes };
}

deepDescribe("a third party's kernel, between processes", function () {
  let world: AgentWorld;
  let plain: Party;
  let cheat: Party;
  let taker: Party;

  before(async () => {
    world = await AgentWorld.start();
    plain = await world.addParty("plain");
    cheat = await world.addParty("cheat");
    taker = await world.addParty("taker");
    const kernel = await new HammingDistance__factory(world.treasury.connect(world.provider)).deploy();
    await kernel.waitForDeployment();
    await (await world.contracts.kernels.admit(await kernel.getAddress())).wait();
    await world.mineEverySecond();
  });

  after(async () => {
    await world.end();
  });

  it("should be left alone by those who do not have it", async () => {
    const agent = await world.startAgent(plain);
    const reason = /no kernel with the code hash/i;
    const taskId = await world.openLeft(agent, reason, search(1), { nodeIds: [plain.nodeId] });
    expect((await world.contracts.tasks.taskOf(taskId)).attempt).to.equal(0n);
  });

  it("should be computed, disputed and computed again by those whom a module tells of it", async () => {
    const { claims, tasks } = world.contracts;
    const fields = { kernels: [MODULE] };
    await Promise.all([world.startWatcher(fields), world.startAgent(cheat, { cheat: "corrupt", fields })]);
    const taskId = await world.openTask(search(2), { nodeIds: [cheat.nodeId, taker.nodeId] });
    await world.until("an acceptance", async () => (await tasks.taskOf(taskId)).attempt > 0n);
    await world.startAgent(taker, { fields });
    await world.until("the slash", async () => (await claims.stateOf(claimIdOf(taskId, 1))) === SLASHED);
    await world.until("the payment", async () => (await tasks.statusOf(taskId)) === FINALIZED);
    const [paid] = await tasks.queryFilter(tasks.filters.TaskFinalized(taskId));
    expect(paid.args.provider).to.equal(taker.provider.address);
  });

  it("should keep an agent from starting if a module has none", async () => {
    const none = fileURLToPath(import.meta.url);
    const agent = world.spawnAgent(taker, { fields: { kernels: [`${none}.gone`] } });
    await agent.waitForLine(/The kernels of .*gone cannot be used/, PATIENCE_MS);
    expect(await agent.exited).to.equal(1);
  });
});
