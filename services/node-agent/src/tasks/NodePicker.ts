import type { Contracts } from "@millrace/sdk";

import type { ITaskBook } from "../../../../typechain-types/index.js";

/** Member of `INodeRegistry.Eligibility`. */
const ELIGIBLE = 0n;
/** Bit of `INodeRegistry.Ask.kinds`. */
const KIND_TASK = 2n;

/** Finds the node of this agent that can take an order now. */
export class NodePicker {
  constructor(
    private readonly nodes: Contracts["nodes"],
    private readonly nodeIds: readonly bigint[],
    private readonly classes: readonly number[] | undefined,
  ) {}

  async pick({ terms }: ITaskBook.TaskOrderStruct): Promise<bigint | undefined> {
    for (const nodeId of this.nodeIds) {
      const isNamed = terms.nodeIds.length === 0 || terms.nodeIds.some((id) => BigInt(id) === nodeId);
      if (isNamed && (await this.#isFree(nodeId, terms))) return nodeId;
    }
    return undefined;
  }

  async #isFree(nodeId: bigint, terms: ITaskBook.TaskTermsStruct): Promise<boolean> {
    const [node, ask, eligibility] = await Promise.all([
      this.nodes.nodeOf(nodeId),
      this.nodes.askOf(nodeId),
      this.nodes.eligibility(nodeId),
    ]);
    const wanted = BigInt(terms.classId);
    const hasClass =
      (wanted === 0n || node.classId === wanted) && this.classes?.includes(Number(node.classId)) !== false;
    const takesTasks = (ask.kinds & KIND_TASK) !== 0n;
    return eligibility === ELIGIBLE && hasClass && takesTasks && node.units - node.busyUnits >= BigInt(terms.units);
  }
}
