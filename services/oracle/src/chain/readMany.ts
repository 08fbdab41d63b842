import { concat, getBytes, toBeHex, type Provider } from "ethers";

/** A view function of a number, or of a number and one more word, asked for many numbers in a row. */
export interface ManyReads {
  readonly target: string;
  /** Selector of the function. */
  readonly selector: string;
  readonly first: bigint;
  readonly count: number;
  /** Its second argument. */
  readonly second?: bigint;
  /** Words of each answer that are wanted, from its start. */
  readonly words: number;
  readonly blockTag: number;
}

/** Longest answer: what a node takes for the code of a contract (EIP-170). */
const MAX_BYTES = 24_576;

/** How many answers of some words one call can give. */
export function manyAtOnce(words: number): number {
  return Math.floor(MAX_BYTES / (32 * words));
}

/**
 * Asks a view function for many numbers with one `eth_call`, whatever contracts a chain has: the call is the creation of
 * a contract that is never made, whose code would be the answers. Fails as the function does, with its error.
 * @returns the answers one after the other, `32 * words` bytes each
 */
export async function readMany(provider: Pick<Provider, "call">, reads: ManyReads): Promise<Uint8Array> {
  if (reads.count > manyAtOnce(reads.words)) throw new RangeError("too many answers for one call");
  if (reads.count === 0) return new Uint8Array();
  const answer = getBytes(await provider.call({ data: creationCode(reads), blockTag: reads.blockTag }));
  if (answer.length !== 32 * reads.words * reads.count) throw new Error("the node answered with something else");
  return answer;
}

/*
 * Memory: 0 selector, 4 number, 36 second argument, 128 answers. The stack holds the index of the next number alone
 * wherever a jump leads.
 */
const [LOOP, END, FAIL] = [0x30, 0x7b, 0x85] as const;
const ANSWERS = 0x80;

function creationCode({ target, selector, first, count, second = 0n, words }: ManyReads): string {
  const stride = push(2, 32 * words);
  const code = concat([
    // mem[0] = selector; mem[36] = second; index 0
    concat(["0x63", selector, "0x60e01b600052", "0x7f", toBeHex(second, 32), "0x602452", "0x5f"]),
    // LOOP: until index == count
    concat(["0x5b", "0x80", push(4, count), "0x14", push(2, END), "0x57"]),
    // mem[4] = first + index; the second argument is written over and again
    concat(["0x80", "0x67", toBeHex(first, 8), "0x01", "0x600452"]),
    // staticcall(gas, target, 0, 68, ANSWERS + index * stride, stride)
    concat([stride, "0x81", stride, "0x02", push(1, ANSWERS), "0x01", "0x60445f", "0x73", target, "0x5a", "0xfa"]),
    // unless it failed: next
    concat(["0x15", push(2, FAIL), "0x57", "0x600101", push(2, LOOP), "0x56"]),
    // END: return the answers
    concat(["0x5b", "0x50", push(4, 32 * words * count), push(1, ANSWERS), "0xf3"]),
    // FAIL: revert with what it said
    concat(["0x5b", "0x3d5f5f3e", "0x3d5ffd"]),
  ]);
  return code;
}

function push(bytes: number, value: number): string {
  return concat([toBeHex(0x5f + bytes, 1), toBeHex(value, bytes)]);
}
