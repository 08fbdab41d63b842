import { readNodeDetails, readTraits } from "@millrace/jobs";
import { type Contracts, memberOf } from "@millrace/sdk";
import { isCallException } from "ethers";

import type { ITaskBook } from "../../../../typechain-types/index.js";

const ELIGIBLE = memberOf("Eligibility", "it is eligible");
/** Bit of `INodeRegistry.Ask.kinds`. */
const KIND_TASK = 2n;

/** Finds the node of this agent that can take an order now. */
export class NodePicker {
  constructor(
    private readonly contracts: Pick<Contracts, "nodes" | "traits">,
    private readonly nodeIds: readonly bigint[],
    private readonly classes: readonly number[] | undefined,
    private readonly deployedAtBlock: number,
  ) {}

  async pick({ terms }: ITaskBook.TaskOrderStruct): Promise<bigint | undefined> {
    for (const nodeId of this.nodeIds) {
      const isNamed = terms.nodeIds.length === 0 || terms.nodeIds.some((id) => BigInt(id) === nodeId);
      if (isNamed && (await this.#isFree(nodeId, terms)) && (await this.#hasTraits(nodeId, terms))) return nodeId;
    }
    return undefined;
  }

  /** Asks the chain what an acceptance would be asked. */
  async #hasTraits(nodeId: bigint, { traitsHash }: ITaskBook.TaskTermsStruct): Promise<boolean> {
    const wanted = await readTraits(this.contracts.traits, String(traitsHash), this.deployedAtBlock);
    if (wanted === undefined) return true;
    const details = await readNodeDetails(this.contracts.nodes, nodeId, this.deployedAtBlock);
    return this.contracts.traits.check(traitsHash, nodeId, wanted, details).then(
      () => true,
      (error: unknown) => {
        if (isCallException(error)) return false;
        throw error;
      },
    );
  }

  async #isFree(nodeId: bigint, terms: ITaskBook.TaskTermsStruct): Promise<boolean> {
    const [node, ask, eligibility] = await Promise.all([
      this.contracts.nodes.nodeOf(nodeId),
      this.contracts.nodes.askOf(nodeId),
      this.contracts.nodes.eligibility(nodeId),
    ]);
    const wanted = BigInt(terms.classId);
    const hasClass =
      (wanted === 0n || node.classId === wanted) && this.classes?.includes(Number(node.classId)) !== false;
    const takesTasks = (ask.kinds & KIND_TASK) !== 0n;
    return eligibility === ELIGIBLE && hasClass && takesTasks && node.units - node.busyUnits >= BigInt(terms.units);
  }
}
