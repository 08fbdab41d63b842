import { MillraceError } from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { counted } from "../lib/counted.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

interface Values {
  readonly nonce: string;
  readonly provider: string | undefined;
}

const WORD_BITS = 256n;

export default async function cancel(session: Session, values: Values): Promise<void> {
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const provider = values.provider === undefined ? address : await accountAddress(session, values.provider);
  const nonce = BigInt(parseWhole(values.nonce, "--nonce"));
  if (await contracts.quotes.isCancelled(provider, nonce)) {
    throw new MillraceError("WRONG_STATE", `Offers of nonce ${nonce} are cancelled already.`, {
      hint: "There is nothing to do.",
    });
  }
  const used = await contracts.quotes.unitsUsed(provider, nonce);
  const request = await contracts.quotes.cancel.populateTransaction(
    provider,
    nonce / WORD_BITS,
    1n << (nonce % WORD_BITS),
  );
  const sent = await session.execute({
    title: `Cancel quotes of nonce ${nonce}`,
    facts: [["taken so far", `${counted(used, "unit")}; leases go on`]],
    steps: [{ label: "cancel", request }],
  });
  if (sent === undefined) return;
  session.output.result(
    { provider, nonce, transaction: sent.last.hash },
    `Quotes of nonce ${nonce} can no longer be taken.`,
  );
}
