import type { Contracts, TransactionSender } from "@millrace/sdk";

import type { Outcome } from "./Outcome.js";

/** What a cashier works with. */
export interface CashierParts {
  /** Key of this member, whose account pays for its gas. */
  readonly attestor: string;
  readonly contracts: Contracts;
  readonly provider: { getBalance(address: string): Promise<bigint> };
  readonly sender: TransactionSender;
}

/**
 * Takes what answers have won when the account has no more than that. Whoever asks for much pays for it into the
 * contract; an account that could only spend would run dry, and its owner be convicted for what it could not show (I7).
 */
export class Cashier {
  constructor(private readonly parts: CashierParts) {}

  async cash(): Promise<Outcome> {
    const { attestor, contracts, provider, sender } = this.parts;
    const owed = await contracts.challenges.owedTo(attestor);
    if (owed === 0n || owed < (await provider.getBalance(attestor))) return "waits";
    await sender.send(() => contracts.challenges.withdraw.populateTransaction(attestor), "bonds that were won", {
      isPaid: true,
    });
    return "done";
  }
}
