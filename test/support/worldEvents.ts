import type { BaseContract, EventFragment, Interface, Result } from "ethers";

import type { Connection } from "./deployMillrace.js";

/** An event of one of a world's contracts. */
export interface WorldEvent {
  readonly name: string;
  readonly args: Result;
  /** Address of the contract. */
  readonly target: string;
  readonly block: number;
}

/** Reads what the contracts of a world told, in the order in which they told it. */
export class WorldEvents {
  readonly #contracts = new Map<string, BaseContract>();
  readonly #fragments = new Map<Interface, Map<string, EventFragment | null>>();

  /** @param world - a record of contracts, with whatever else */
  constructor(
    private readonly connection: Connection,
    world: object,
  ) {
    for (const each of Object.values(world) as unknown[]) {
      if (isContract(each)) this.#contracts.set((each.target as string).toLowerCase(), each);
    }
  }

  /** Events of the blocks from one to another, both included. */
  async read(fromBlock: number, toBlock: number): Promise<WorldEvent[]> {
    const range = [{ fromBlock: hex(fromBlock), toBlock: hex(toBlock) }];
    const logs = (await this.connection.provider.request({ method: "eth_getLogs", params: range })) as RawLog[];
    return logs.flatMap((log) => {
      const target = this.#contracts.get(log.address.toLowerCase());
      const fragment = target === undefined ? null : this.#fragmentOf(target, log.topics[0]);
      if (target === undefined || fragment === null) return [];
      const args = target.interface.decodeEventLog(fragment, log.data, log.topics);
      return [{ name: fragment.name, args, target: target.target as string, block: Number(log.blockNumber) }];
    });
  }

  /** An interface hashes all its events to find one. */
  #fragmentOf({ interface: face }: BaseContract, topic: string): EventFragment | null {
    const known = this.#fragments.get(face) ?? new Map<string, EventFragment | null>();
    this.#fragments.set(face, known);
    const fragment = known.get(topic) ?? face.getEvent(topic);
    known.set(topic, fragment);
    return fragment;
  }
}

interface RawLog {
  readonly address: string;
  readonly topics: string[];
  readonly data: string;
  readonly blockNumber: string;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function isContract(value: unknown): value is BaseContract {
  return typeof value === "object" && value !== null && "target" in value && "interface" in value;
}
