import { expect } from "chai";
import type { BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import type { Connection } from "../support/deployMillrace.js";
import { TASK_STATUSES, type TaskStatus, type World } from "./marketFixture.js";
import { NODE_OF_BOB, type Opened } from "./taskDriver.js";

/** The buyer, the provider that works, another that would, the agent of both, and nobody's side. */
const CALLERS = ["buyer", "alice", "bob", "agent", "stranger"] as const;
type Caller = (typeof CALLERS)[number];

interface Call {
  readonly may: (status: TaskStatus) => readonly Caller[];
  readonly otherwise: string;
  readonly next: Partial<Record<TaskStatus, TaskStatus>>;
}

/** What each call leaves behind in the statuses that allow it; everything else must be refused. */
const TABLE: Record<string, Call> = {
  accept: {
    may: () => ["bob", "agent"],
    otherwise: "TaskMarket_NotProvider",
    next: { Listed: "Accepted", Unacknowledged: "Accepted", Overdue: "Accepted", Rejected: "Accepted" },
  },
  acknowledge: {
    may: () => ["alice", "agent"],
    otherwise: "TaskMarket_NotProvider",
    next: { Accepted: "Working" },
  },
  submit: {
    may: () => ["alice", "agent"],
    otherwise: "TaskMarket_NotProvider",
    next: { Working: "Submitted" },
  },
  finalize: {
    may: () => CALLERS,
    otherwise: "",
    next: { Confirmed: "Finalized" },
  },
  release: {
    may: () => CALLERS,
    otherwise: "",
    next: { Unacknowledged: "Listed", Overdue: "Listed", Rejected: "Listed" },
  },
  cancel: {
    may: (status) => (status === "Expired" ? CALLERS : ["buyer"]),
    otherwise: "TaskMarket_NotBuyer",
    next: {
      Listed: "Cancelled",
      Expired: "Cancelled",
      Unacknowledged: "Cancelled",
      Overdue: "Cancelled",
      Rejected: "Cancelled",
    },
  },
};

/** A market whose results are claims, with its way to each status. */
export interface ClaimMarketStory {
  readonly world: World;
  readonly market: BaseContract & Pick<World["tasks"], "statusOf">;
  readonly inStatus: (status: TaskStatus) => Promise<Opened>;
  readonly accept: (opened: Opened, nodeId: bigint, caller: HardhatEthersSigner) => Promise<unknown>;
  readonly submit: (opened: Opened, caller: HardhatEthersSigner) => Promise<unknown>;
}

/** Calls that every market for tasks answers alike. */
type Plain = Pick<World["tasks"], "acknowledge" | "finalize" | "release" | "cancel">;

/** Every status, every caller, every call of a market whose results are claims. */
export function describeTransitions(
  name: string,
  { networkHelpers }: Connection,
  tell: () => Promise<ClaimMarketStory>,
): void {
  describe(`${name} transitions`, () => {
    let story: ClaimMarketStory;

    async function call(name: string, caller: Caller, opened: Opened): Promise<unknown> {
      const signer = story.world[caller];
      const { taskId, order } = opened;
      if (name === "accept") return story.accept(opened, NODE_OF_BOB, signer);
      if (name === "submit") return story.submit(opened, signer);
      const market = story.market.connect(signer) as unknown as Plain;
      return market[name as keyof Plain](taskId, order);
    }

    const statusOf = async ({ taskId }: Opened) => TASK_STATUSES[Number(await story.market.statusOf(taskId))];

    for (const status of TASK_STATUSES) {
      describe(status, () => {
        let opened: Opened;

        // One chain of events for all calls of a status: the fixture is a snapshot of it.
        before(async () => {
          story = await tell();
          opened = await story.inStatus(status);
        });

        it("should be the status that the facts give", async () => {
          expect(await statusOf(opened)).to.equal(status);
        });

        for (const [name, { may, otherwise, next }] of Object.entries(TABLE)) {
          for (const caller of CALLERS) {
            const isEntitled = may(status).includes(caller);
            const becomes = isEntitled ? next[status] : undefined;
            const title = becomes === undefined ? `should refuse ${name} by` : `should become ${becomes} by ${name} of`;

            it(`${title} ${caller}`, async () => {
              const snapshot = await networkHelpers.takeSnapshot();
              const { market } = story;
              const sent = call(name, caller, opened);
              if (becomes !== undefined) {
                await sent;
                expect(await statusOf(opened)).to.equal(becomes);
              } else if (status === "None") {
                await expect(sent).to.be.revertedWithCustomError(market, "TaskMarket_WrongOrder");
              } else if (next[status] === undefined) {
                await expect(sent)
                  .to.be.revertedWithCustomError(market, "TaskMarket_WrongStatus")
                  .withArgs(opened.taskId, TASK_STATUSES.indexOf(status), allowed(name));
              } else {
                await expect(sent).to.be.revertedWithCustomError(market, otherwise);
              }
              await snapshot.restore();
            });
          }
        }
      });
    }
  });
}

function allowed(name: string): bigint {
  const statuses = Object.keys(TABLE[name].next) as TaskStatus[];
  return statuses.reduce((bits, status) => bits | (1n << BigInt(TASK_STATUSES.indexOf(status))), 0n);
}
