import { MillraceError } from "@millrace/sdk";
import { z } from "zod";

import { readTextOf } from "../lib/readFileOf.js";
import { readJson } from "../lib/readJson.js";
import type { Session } from "../lib/Session.js";

/** A proof as a file holds it: the function of UptimeProofs, and its arguments as JSON. */
const proofSchema = z.object({ function: z.string().regex(/^prove\w+$/), arguments: z.array(z.json()) });

/** Sends a proof of a contradiction or of false arithmetic. */
export default async function prove(session: Session, { file }: { readonly file: string }): Promise<void> {
  const { uptimeProofs } = (await session.protocol()).contracts;
  const { function: name, arguments: given } = await readProof(file);
  const fragment = uptimeProofs.interface.getFunction(name as "proveTwoBatches") as { name: string } | null;
  if (fragment === null) {
    throw new MillraceError("BAD_INPUT", `UptimeProofs has no function ${name}.`, {
      hint: "Its functions are listed in docs/contracts/IUptimeProofs.md.",
    });
  }
  let data: string;
  try {
    data = uptimeProofs.interface.encodeFunctionData(name as "proveTwoBatches", given as never);
  } catch (cause) {
    throw new MillraceError("BAD_INPUT", `The arguments of ${name} in ${file} do not fit.`, {
      hint: "Give them in the order of docs/contracts/IUptimeProofs.md, structs as objects by field.",
      cause,
    });
  }
  const sent = await session.execute({
    title: `Prove by ${name}`,
    facts: [["evidence", file]],
    steps: [{ label: name, request: { to: await uptimeProofs.getAddress(), data } }],
  });
  if (sent === undefined) return;
  session.output.result({ proof: name, transaction: sent.last.hash }, `Proven by ${name}.`);
}

async function readProof(file: string): Promise<z.infer<typeof proofSchema>> {
  const parsed = proofSchema.safeParse(readJson(await readTextOf(file, "--file")));
  if (parsed.success) return parsed.data;
  throw new MillraceError("BAD_INPUT", `${file} is no proof.`, {
    hint: 'Write { "function": "proveTwoBatches", "arguments": [ … ] }.',
  });
}
