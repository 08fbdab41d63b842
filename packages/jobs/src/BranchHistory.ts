/** What both games keep of a branch that was pointed at. */
export interface BranchFacts {
  readonly id: string;
  /** Block in which it was pointed at. */
  readonly block: number;
  readonly owner: string;
  /** Last second for the provider to open it. */
  readonly answerBy: number;
  /** What it was opened into, and the last second for going on from there. */
  opened?: { readonly children: readonly string[]; readonly pointBy: number; readonly block: number } | undefined;
}

/** `BranchOpened` of either game. */
interface Opened {
  readonly blockNumber: number;
  readonly args: { readonly branchId: string; readonly children: readonly string[]; readonly pointBy: bigint };
}

/** The branches that were pointed at in the game about one claim, and what opened them. */
export class BranchHistory<Facts extends BranchFacts> {
  readonly #branches = new Map<string, Facts>();

  /** Takes what was read of the blocks from one on, in the place of what was known of them. */
  take(fromBlock: number, pointed: readonly Facts[], opened: readonly Opened[]): void {
    for (const facts of this.all()) {
      if (facts.block >= fromBlock) this.#branches.delete(facts.id);
      else if ((facts.opened?.block ?? 0) >= fromBlock) facts.opened = undefined;
    }
    for (const facts of pointed) this.#branches.set(facts.id, facts);
    for (const { args, blockNumber } of opened) {
      const facts = this.#branches.get(args.branchId);
      if (facts !== undefined)
        facts.opened = { children: [...args.children], pointBy: Number(args.pointBy), block: blockNumber };
    }
  }

  find(id: string): Facts | undefined {
    return this.#branches.get(id);
  }

  all(): Facts[] {
    return [...this.#branches.values()];
  }

  /** Those that nobody has opened yet. */
  pending(): Facts[] {
    return this.all().filter(({ opened }) => opened === undefined);
  }

  /** Those that an account pointed at first; that anybody did, if none is given. */
  ownedBy(account?: string): Facts[] {
    return this.all().filter(({ owner }) => account === undefined || owner === account);
  }
}
