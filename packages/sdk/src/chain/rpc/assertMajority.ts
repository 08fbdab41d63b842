import { MillraceError } from "../../errors/MillraceError.js";

/** Refuses a quorum that is no majority of the nodes, or more than there are. @throws MillraceError BAD_CONFIG */
export function assertMajority(quorum: number, nodes: number): void {
  if (quorum <= nodes && 2 * quorum > nodes) return;
  throw new MillraceError("BAD_CONFIG", `${quorum} of ${nodes} ${nodes === 1 ? "node" : "nodes"} is no majority.`, {
    hint: "Ask for more than half of them, and at most all.",
  });
}
