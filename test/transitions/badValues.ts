import type { JsonFragmentType } from "ethers";

/** A way to fill in a function's arguments that nobody with good intentions would. */
export type Badness = "empty" | "small" | "largest" | "long lists" | "duplicates" | "unsorted";

const BADNESSES: readonly Badness[] = ["empty", "small", "largest", "long lists", "duplicates", "unsorted"];

/** Of lists only: a function without any would be asked what it was asked before. */
const OF_LISTS: ReadonlySet<Badness> = new Set(["long lists", "duplicates", "unsorted"]);

/** The ways that make a difference to a function. */
export function badnessesOf(parameters: readonly JsonFragmentType[]): readonly Badness[] {
  const hasList = ({ type = "", components = [] }: JsonFragmentType): boolean =>
    type.includes("[") || components.some(hasList);
  return parameters.some(hasList) ? BADNESSES : BADNESSES.filter((badness) => !OF_LISTS.has(badness));
}

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
    const lengths = { empty: 0, small: 1, largest: 1, "long lists": TOO_MANY, duplicates: 2, unsorted: 2 };
    const item = (of: Badness) => badValue({ ...parameter, type: list[1] }, of, account);
    const length = list[2] === "" ? lengths[badness] : Number(list[2]);
    // The greater first: ones before zeros.
    return Array.from({ length }, (_, index) => item(badness === "unsorted" && index > 0 ? "empty" : badness));
  }
  if (type === "tuple") return (parameter.components ?? []).map((each) => badValue(each, badness, account));
  if (parameter.internalType?.startsWith("enum ") === true) return badness === "empty" ? 0n : 1n;
  const isLargest = badness === "largest";
  if (type === "address") return hasAccount(badness) ? account : `0x${(isLargest ? "ff" : "00").repeat(20)}`;
  if (type === "bool") return isLargest;
  if (type === "string") return isLargest ? LONG_TEXT : "";
  if (type === "bytes") return isLargest ? `0x${"ff".repeat(2_000)}` : "0x";
  if (type.startsWith("bytes")) return `0x${(isLargest ? "ff" : "00").repeat(Number(type.slice(5)))}`;
  const bits = BigInt(/\d+/.exec(type)?.[0] ?? "256");
  if (isLargest) return type.startsWith("int") ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  return badness === "empty" ? 0n : 1n;
}

/** With an account that exists: what is refused is then refused for another reason. */
function hasAccount(badness: Badness): boolean {
  return badness === "small" || badness === "duplicates" || badness === "unsorted";
}
