import type { JsonFragmentType } from "ethers";

/** A way to fill in a function's arguments that nobody with good intentions would. */
export type Badness = "empty" | "small" | "largest" | "long lists";

export const BADNESSES: readonly Badness[] = ["empty", "small", "largest", "long lists"];

/** More items than any batch takes. */
const TOO_MANY = 65;
const LONG_TEXT = "x".repeat(2_000);

/**
 * A value of a parameter. Enums stay among their members: what lies outside cannot be decoded, so no contract sees it.
 * @param account an account that exists, where the badness allows one
 */
export function badValue(parameter: JsonFragmentType, badness: Badness, account: string): unknown {
  const type = parameter.type ?? "";
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list !== null) {
    const lengths = { empty: 0, small: 1, largest: 1, "long lists": TOO_MANY };
    const item = badValue({ ...parameter, type: list[1] }, badness, account);
    return Array.from({ length: list[2] === "" ? lengths[badness] : Number(list[2]) }, () => item);
  }
  if (type === "tuple") return (parameter.components ?? []).map((each) => badValue(each, badness, account));
  if (parameter.internalType?.startsWith("enum ") === true) return badness === "empty" ? 0n : 1n;
  const isLargest = badness === "largest";
  if (type === "address") return badness === "small" ? account : `0x${(isLargest ? "ff" : "00").repeat(20)}`;
  if (type === "bool") return isLargest;
  if (type === "string") return isLargest ? LONG_TEXT : "";
  if (type === "bytes") return isLargest ? `0x${"ff".repeat(2_000)}` : "0x";
  if (type.startsWith("bytes")) return `0x${(isLargest ? "ff" : "00").repeat(Number(type.slice(5)))}`;
  const bits = BigInt(/\d+/.exec(type)?.[0] ?? "256");
  if (isLargest) return type.startsWith("int") ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  return badness === "empty" ? 0n : 1n;
}
