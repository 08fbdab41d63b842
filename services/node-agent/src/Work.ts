import { loadKernels } from "@millrace/jobs";
import { BeaconRecorder, type ServiceContext } from "@millrace/sdk";

import { CapacityKeeper } from "./capacity/CapacityKeeper.js";
import { RootStore } from "./capacity/RootStore.js";
import { ChunkKeeper } from "./chunks/ChunkKeeper.js";
import type { Conduct } from "./Conduct.js";
import type { AgentConfig } from "./config.js";
import type { Desk } from "./Desk.js";
import { EarningsKeeper } from "./earnings/EarningsKeeper.js";
import type { Head, Keeper } from "./Keeper.js";
import { LeaseKeeper } from "./leases/LeaseKeeper.js";
import { SeatKeeper } from "./orders/SeatKeeper.js";
import { ProofKeeper } from "./proofs/ProofKeeper.js";
import { JobFileStore } from "./tasks/JobFileStore.js";
import { MachineTrade } from "./tasks/MachineTrade.js";
import { NodePicker } from "./tasks/NodePicker.js";
import { TaskKeeper } from "./tasks/TaskKeeper.js";
import { TensorTrade } from "./tasks/TensorTrade.js";

/** All that an agent does beside saying that it is there, as far as its configuration asks for it. */
export class Work {
  private constructor(
    private readonly traders: readonly TaskKeeper[],
    private readonly keepers: readonly Pick<Keeper, "idle" | "onBlock">[],
    private readonly capacity: CapacityKeeper,
  ) {}

  static async of({ config, provider }: ServiceContext<AgentConfig>, desk: Desk, conduct: Conduct): Promise<Work> {
    const { contracts, sender, nodeIds, deployedAtBlock, signal } = desk;
    const { answerChallenges, collect, dataDir, challengeThreads: threads } = config;
    const kernels = await loadKernels(config.kernels);
    const minResponseSeconds = config.policy.minResponseSeconds ?? Number(await contracts.claims.minResponseSeconds());
    const policy = { ...config.policy, minResponseSeconds };
    const { leases, provers, makers } = policy;
    const picker = new NodePicker(contracts, nodeIds, policy.classes, deployedAtBlock);
    const files = new JobFileStore(dataDir, signal);
    const parts = { ...desk, picker, policy, conduct, files };
    const recorder = new BeaconRecorder({ contracts, provider, sender });
    const capacity = new CapacityKeeper({ ...parts, recorder, roots: new RootStore(dataDir), threads });
    return new Work(
      [new TensorTrade({ ...parts, kernels }), new MachineTrade(parts)].map(
        (trade) => new TaskKeeper({ ...parts, trade }),
      ),
      [
        ...(answerChallenges ? [capacity] : []),
        ...(collect ? [new LeaseKeeper(desk), new EarningsKeeper(desk)] : []),
        ...(leases.acceptSeats ? [new SeatKeeper({ ...desk, policy: leases })] : []),
        ...(provers.length > 0 ? [new ProofKeeper(parts)] : []),
        ...(makers.length > 0 ? [new ChunkKeeper(parts)] : []),
      ],
      capacity,
    );
  }

  /** Capacity challenges that were answered since the start. */
  get challengesAnswered(): number {
    return this.capacity.answered;
  }

  async onBlock(head: Head): Promise<void> {
    for (const trader of this.traders) await trader.onBlock(head);
    for (const keeper of this.keepers) keeper.onBlock(head);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all([...this.traders, ...this.keepers].map((each) => each.idle()));
  }
}
