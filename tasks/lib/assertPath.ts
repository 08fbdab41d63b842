import { MillraceError } from "@millrace/sdk";

/** Refuses an option that names no path at all. @throws MillraceError BAD_INPUT */
export function assertPath(path: string, option: string): void {
  if (path !== "") return;
  throw new MillraceError("BAD_INPUT", `${option} is empty.`, { hint: "Give a path." });
}
