import { MillraceError } from "@millrace/sdk";

import type { Session } from "../lib/Session.js";

/** What a provider offers, as it is about to sign it. */
export interface Offered {
  readonly provider: string;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly bondPerUnit: string;
  readonly uptimePpm: number;
  readonly penaltyPpm: number;
  readonly darkSlots: number;
  readonly nonce: string;
  readonly expiresAt: number;
}

/** What the contracts would refuse whoever took it, the provider hears before the buyer does. @throws MillraceError */
export async function assertTakeable(session: Session, quote: Offered): Promise<void> {
  const { contracts, epochs, now } = await session.protocol();
  const { minSeconds, maxSeconds, nonce } = quote;
  if (maxSeconds === 0 || minSeconds > maxSeconds) {
    throw new MillraceError("BAD_INPUT", `No lease is as short as ${maxSeconds} s and as long as ${minSeconds} s.`, {
      hint: "Give a --max-seconds above zero that is no less than --min-seconds.",
    });
  }
  if (quote.expiresAt <= (await now())) {
    throw new MillraceError("BAD_INPUT", "The offer would expire at once.", { hint: "Give it time with --expires." });
  }
  if (BigInt(quote.bondPerUnit) === 0n && quote.uptimePpm > 0 && quote.penaltyPpm > 0) {
    throw new MillraceError("BAD_INPUT", "Nothing stands behind the uptime that is promised.", {
      hint: "Give a --bond that pays for it, or promise none.",
    });
  }
  if (quote.darkSlots > epochs.slotsPerEpoch) {
    throw new MillraceError("BAD_INPUT", `An epoch has ${epochs.slotsPerEpoch} slots, fewer than ${quote.darkSlots}.`, {
      hint: "Give no more of them to --dark.",
    });
  }
  if (await contracts.quotes.isCancelled(quote.provider, nonce)) {
    throw new MillraceError("WRONG_STATE", `Offers of nonce ${nonce} are cancelled for ever.`, {
      hint: "Choose another --nonce.",
    });
  }
}
