import { ZeroAddress } from "ethers";

import {
  formatRate,
  formatTime,
  MillraceError,
  parseDuration,
  parseMill,
  parsePpm,
  parseRate,
  quoteTypes,
} from "@millrace/sdk";

import { accountAddress } from "../lib/accountAddress.js";
import { counted } from "../lib/counted.js";
import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { writeFileOf } from "../lib/writeFiles.js";
import { existingNode } from "../node/existingNode.js";
import { assertTakeable } from "./assertTakeable.js";

interface Values {
  readonly node: string;
  readonly units: string;
  readonly minUnits: string;
  readonly rate: string;
  readonly minSeconds: string;
  readonly maxSeconds: string;
  readonly buyer: string | undefined;
  readonly bond: string;
  readonly uptime: string;
  readonly penalty: string;
  readonly dark: string;
  readonly nonce: string;
  readonly expires: string;
  readonly out: string;
}

export default async function sign(session: Session, values: Values): Promise<void> {
  const { contracts, chainId, now } = await session.protocol();
  const { address, signer } = await session.account();
  const { nodeId, provider } = await existingNode(session, values.node);
  if (!(await contracts.staking.isOperator(provider, address))) {
    throw new MillraceError("WRONG_KEY", `Node ${nodeId} is ${provider}'s: only it and its operator can offer it.`, {
      hint: "Choose the key with --from, or set MILLRACE_PRIVATE_KEY.",
    });
  }
  const quote = {
    provider,
    buyer: values.buyer === undefined ? ZeroAddress : await accountAddress(session, values.buyer),
    nodeId: `${nodeId}`,
    units: parseWhole(values.units, "--units", 65_535, 1),
    minUnits: parseWhole(values.minUnits, "--min-units", 65_535),
    ratePerUnit: `${parseRate(values.rate)}`,
    minSeconds: parseDuration(values.minSeconds),
    maxSeconds: parseDuration(values.maxSeconds),
    bondPerUnit: `${parseMill(values.bond)}`,
    uptimePpm: parsePpm(values.uptime),
    penaltyPpm: parsePpm(values.penalty),
    darkSlots: parseWhole(values.dark, "--dark", 240),
    nonce: `${parseWhole(values.nonce, "--nonce")}`,
    expiresAt: (await now()) + parseDuration(values.expires),
  };
  await assertTakeable(session, quote);
  const domain = {
    name: "Millrace Quotes",
    version: "1",
    chainId,
    verifyingContract: await contracts.quotes.getAddress(),
  };
  const signature = await signer.signTypedData(domain, quoteTypes, quote);
  const signed = { chainId, contract: domain.verifyingContract, signer: address, quote, signature };
  await writeFileOf(values.out, `${JSON.stringify(signed, undefined, 2)}\n`, "--out");
  session.output.result(
    { ...signed, file: values.out },
    `${values.out} offers ${counted(quote.units, "unit")} of node ${nodeId} for ${formatRate(BigInt(quote.ratePerUnit))} each, ` +
      `until ${formatTime(BigInt(quote.expiresAt))}. Send it to the buyer.`,
  );
}
