/** Jobs of others that are looked at in one round: anyone may open thousands. */
const MOST_OTHERS = 64;

/** Whose turn it is: one's own jobs in every round, those of others a few at a time. */
export class Turns {
  #last = -1n;

  /** Jobs to look at now. `open` is in the order of the ids. */
  next(open: readonly bigint[], isOwn: (id: bigint) => boolean): bigint[] {
    const others = open.filter((id) => !isOwn(id));
    const after = others.filter((id) => id > this.#last);
    const turn = [...after, ...others.filter((id) => id <= this.#last)].slice(0, MOST_OTHERS);
    this.#last = turn.at(-1) ?? -1n;
    return [...open.filter(isOwn), ...turn];
  }
}
