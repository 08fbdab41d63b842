import type { StatementKind } from "./StatementStore.js";

/** Thrown when a statement would contradict one that was made before. */
export class ContradictionError extends Error {
  readonly code = "CONTRADICTION";

  constructor(
    readonly kind: StatementKind,
    readonly epoch: number,
    readonly bound: string,
  ) {
    super(`a ${kind} for epoch ${epoch} was made before: ${bound}`);
  }
}
