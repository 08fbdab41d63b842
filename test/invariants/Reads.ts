import type { BaseContract } from "ethers";
import hre from "hardhat";

import type { Connection } from "../support/deployMillrace.js";
import { type View, viewBatch } from "./viewBatch.js";

type Answer<T> = T extends (...args: infer A) => Promise<infer R> ? (A extends readonly unknown[] ? R : never) : never;

interface Question extends View {
  readonly resolve: (answer: string) => void;
  readonly reject: (reason: unknown) => void;
}

/** Where the batch answers from: an account that has code only while it is asked. */
const BATCH = "0x00000000000000000000000000000000000ba7c4";

/** Reads views; all that is asked before the next turn of the event loop goes out as one request. */
export class Reads {
  #waiting: Question[] = [];
  #count = 0;
  readonly #encoded = new Map<string, string>();
  readonly #names = new WeakMap<object, string>();

  constructor(private readonly connection: Connection) {}

  /** The answer of `contract.name(...args)`. */
  async of<C extends BaseContract, N extends string & keyof C>(
    contract: C,
    name: N,
    ...args: readonly unknown[]
  ): Promise<Answer<C[N]>> {
    const result = contract.interface.decodeFunctionResult(name, await this.raw(contract, name, ...args));
    const values: unknown = result.length === 1 ? (result[0] as unknown) : result;
    return values as Answer<C[N]>;
  }

  /** The same, as the contract encoded it: enough to compare. */
  async raw<C extends BaseContract>(contract: C, name: string & keyof C, ...args: readonly unknown[]): Promise<string> {
    const data = this.#encode(contract, name, args);
    return new Promise<string>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.#flush());
      this.#waiting.push({ target: contract.target as string, data, resolve, reject });
    });
  }

  /** The checks ask the same again and again, and encoding is half of what asking costs. */
  #encode(contract: BaseContract, name: string, args: readonly unknown[]): string {
    const key = `${contract.target as string} ${name} ${args.map((value) => this.#nameOf(value)).join()}`;
    const known = this.#encoded.get(key);
    if (known !== undefined) return known;
    const data = contract.interface.encodeFunctionData(name, args.map(toPlain));
    this.#encoded.set(key, data);
    return data;
  }

  /** Structs are known by their identity: what a run remembers of an order never changes. */
  #nameOf(value: unknown): string {
    const plain = toPlain(value);
    if (typeof plain !== "object" || plain === null) return String(plain);
    const name = this.#names.get(value as object) ?? `struct ${this.#count++}`;
    this.#names.set(value as object, name);
    return name;
  }

  async #flush(): Promise<void> {
    const questions = this.#waiting;
    this.#waiting = [];
    try {
      const { deployedBytecode } = await hre.artifacts.readArtifact("CallBatch");
      const call = [
        { to: BATCH, data: viewBatch.encode(questions) },
        "latest",
        { [BATCH]: { code: deployedBytecode } },
      ];
      const answer: unknown = await this.connection.provider.request({ method: "eth_call", params: call });
      const answers = viewBatch.decode(answer as string);
      questions.forEach(({ resolve }, index) => {
        resolve(answers[index]);
      });
    } catch (error) {
      for (const { reject } of questions) reject(error);
    }
  }
}

/** Signers and contracts stand for their addresses; results of calls become arguments again. */
function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, toPlain);
  if (typeof value !== "object" || value === null) return value;
  if ("target" in value) return value.target;
  return "address" in value ? value.address : value;
}
