import type { BaseContract } from "ethers";
import hre from "hardhat";

import type { Connection } from "../support/deployMillrace.js";
import { type View, viewBatch } from "./viewBatch.js";

type Answer<T> = T extends (...args: infer A) => Promise<infer R> ? (A extends readonly unknown[] ? R : never) : never;

/** A view with its arguments, and what it answered the last time: most answers are the same from one look to the next. */
interface Question extends View {
  last?: { readonly raw: string; readonly value: unknown };
}

/** Where the batch answers from. */
const BATCH = "0x00000000000000000000000000000000000ba7c4";

/** Gives a chain the account that answers batches of views, if it has none. */
async function installBatch({ provider }: Connection): Promise<void> {
  if ((await provider.request({ method: "eth_getCode", params: [BATCH, "latest"] })) !== "0x") return;
  const { deployedBytecode } = await hre.artifacts.readArtifact("CallBatch");
  await provider.request({ method: "hardhat_setCode", params: [BATCH, deployedBytecode] });
}

/** Reads views; all that is asked before the next turn of the event loop goes out as one request. */
export class Reads {
  #waiting = new Map<Question, PromiseWithResolvers<string>>();
  #count = 0;
  #installed: Promise<void> | undefined;
  readonly #questions = new Map<string, Question>();
  readonly #names = new WeakMap<object, string>();

  constructor(private readonly connection: Connection) {}

  /** The answer of `contract.name(...args)`. */
  async of<C extends BaseContract, N extends string & keyof C>(
    contract: C,
    name: N,
    ...args: readonly unknown[]
  ): Promise<Answer<C[N]>> {
    const question = this.#questionOf(contract, name, args);
    const raw = await this.#ask(question);
    if (question.last?.raw !== raw) {
      const result = contract.interface.decodeFunctionResult(name, raw);
      question.last = { raw, value: result.length === 1 ? (result[0] as unknown) : result };
    }
    return question.last.value as Answer<C[N]>;
  }

  /** The same, as the contract encoded it: enough to compare. */
  async raw<C extends BaseContract>(contract: C, name: string & keyof C, ...args: readonly unknown[]): Promise<string> {
    return this.#ask(this.#questionOf(contract, name, args));
  }

  /** The checks ask the same again and again, and encoding is half of what asking costs. */
  #questionOf(contract: BaseContract, name: string, args: readonly unknown[]): Question {
    const target = contract.target as string;
    const key = `${target} ${name} ${args.map((value) => this.#nameOf(value)).join()}`;
    const known = this.#questions.get(key);
    if (known !== undefined) return known;
    const question = { target, data: contract.interface.encodeFunctionData(name, args.map(toPlain)) };
    this.#questions.set(key, question);
    return question;
  }

  /** Structs are known by their identity: what a run remembers of an order never changes. */
  #nameOf(value: unknown): string {
    const plain = toPlain(value);
    if (typeof plain !== "object" || plain === null) return String(plain);
    const name = this.#names.get(value as object) ?? `struct ${this.#count++}`;
    this.#names.set(value as object, name);
    return name;
  }

  /** One answer for all that ask the same before the batch goes out. */
  async #ask(question: Question): Promise<string> {
    if (this.#waiting.size === 0) setImmediate(() => void this.#flush());
    const waiting = this.#waiting.get(question) ?? Promise.withResolvers<string>();
    this.#waiting.set(question, waiting);
    return waiting.promise;
  }

  async #flush(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = new Map();
    try {
      this.#installed ??= installBatch(this.connection);
      await this.#installed;
      const call = [{ to: BATCH, data: viewBatch.encode([...asked.keys()]) }, "latest"];
      const answer: unknown = await this.connection.provider.request({ method: "eth_call", params: call });
      const answers = viewBatch.decode(answer as string);
      [...asked.values()].forEach(({ resolve }, index) => {
        resolve(answers[index]);
      });
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
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
