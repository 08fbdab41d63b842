import type { BigNumberish } from "ethers";

/** How many of something: "1 unit", "3 units". */
export function counted(count: BigNumberish, noun: string): string {
  return `${count} ${noun}${BigInt(count) === 1n ? "" : "s"}`;
}
