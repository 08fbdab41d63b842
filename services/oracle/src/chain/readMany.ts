import { concat, dataLength, getBytes, toBeHex, type Provider } from "ethers";

/** Bytes of an answer that are wanted: the last ones of one of its words. */
export interface Taken {
  /** Number of the word, from zero. */
  readonly word: number;
  readonly bytes: number;
}

/** A view function of a number, or of a number and one more word. */
export interface ViewFunction {
  readonly target: string;
  readonly selector: string;
  /** Its second argument. */
  readonly second?: bigint;
  readonly take: readonly Taken[];
}

/** Functions asked for many numbers in a row. */
export interface ManyReads {
  readonly functions: readonly ViewFunction[];
  readonly first: bigint;
  readonly count: number;
  readonly blockTag: number;
}

/** Longest answer: what a node takes for the code of a contract (EIP-170), less a byte that comes first. */
const MAX_BYTES = 24_575;

/** Bytes of what is taken of one number. */
export function rowBytes(functions: readonly ViewFunction[]): number {
  return functions.reduce((sum, { take }) => sum + take.reduce((of, { bytes }) => of + bytes, 0), 0);
}

/** How many numbers one call can answer for. */
export function manyAtOnce(functions: readonly ViewFunction[]): number {
  return Math.floor(MAX_BYTES / rowBytes(functions));
}

/**
 * Asks view functions for many numbers with one `eth_call`, whatever contracts a chain has: the call is the creation of
 * a contract that is never made, whose code would be the answers. Fails as a function does, with its error.
 * @returns what was taken, number after number, `rowBytes` each
 */
export async function readMany(provider: Pick<Provider, "call">, reads: ManyReads): Promise<Uint8Array> {
  const { functions, count, blockTag } = reads;
  if (count > manyAtOnce(functions)) throw new RangeError("too many answers for one call");
  if (count === 0) return new Uint8Array();
  const answer = getBytes(await provider.call({ data: creationCode(reads), blockTag }));
  if (answer.length !== 1 + rowBytes(functions) * count) throw new Error("the node answered with something else");
  return answer.subarray(1);
}

/*
 * Memory: 0 selector, 4 number, 36 second argument, 128 an answer of up to sixteen words, 768 a zero, which no code may
 * lack the way of (EIP-3541 forbids another first byte), and what was taken. The stack holds the index of the next number
 * alone wherever a jump leads.
 */
const [ANSWER, TAKEN] = [0x80, 0x300];

function creationCode({ functions, first, count }: ManyReads): string {
  const row = rowBytes(functions);
  let end = 0;
  let fail = 0;
  let code = "0x";
  // The places of END and FAIL are known when all is written: they take as many bytes whatever they are.
  for (let pass = 0; pass < 2; pass++) {
    let offset = 0;
    const loop = ["0x5f", "0x5b", "0x80", push(4, count), "0x14", push(2, end), "0x57"];
    for (const { target, selector, second = 0n, take } of functions) {
      const answer = 32 * (1 + Math.max(...take.map(({ word }) => word)));
      // mem[0] = selector; mem[36] = second; mem[4] = first + index
      loop.push("0x63", selector, "0x60e01b5f52", "0x7f", toBeHex(second, 32), "0x602452");
      loop.push("0x80", "0x67", toBeHex(first, 8), "0x01", "0x600452");
      // staticcall(gas, target, 0, 68, ANSWER, answer)
      loop.push(push(2, answer), push(2, ANSWER), "0x60445f", "0x73", target, "0x5a", "0xfa");
      // unless it failed, or answered with less: there is no contract then
      loop.push("0x15", push(2, fail), "0x57", push(2, answer), "0x3d10", push(2, fail), "0x57");
      for (const { word, bytes } of take) {
        // What is written behind the bytes that are wanted is written over by those that follow.
        loop.push(push(2, ANSWER + 32 * word), "0x51", push(1, 256 - 8 * bytes), "0x1b");
        loop.push("0x81", push(2, row), "0x02", push(2, TAKEN + 1 + offset), "0x01", "0x52");
        offset += bytes;
      }
    }
    loop.push("0x600101", push(2, 1), "0x56");
    end = dataLength(concat(loop));
    // END: return what was taken
    const last = ["0x5b", "0x50", push(4, 1 + row * count), push(2, TAKEN), "0xf3"];
    fail = end + dataLength(concat(last));
    // FAIL: revert with what it said
    code = concat([...loop, ...last, "0x5b", "0x3d5f5f3e", "0x3d5ffd"]);
  }
  return code;
}

function push(bytes: number, value: number): string {
  return concat([toBeHex(0x5f + bytes, 1), toBeHex(value, bytes)]);
}
