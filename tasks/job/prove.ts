import { hexlify } from "ethers";

import { noTask, readOrder } from "@millrace/jobs";
import { formatCredits } from "@millrace/sdk";

import { findEvent } from "../lib/events.js";
import { parseId } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { parseHash } from "../lib/parseHash.js";
import { readFileOf } from "../lib/readFileOf.js";

interface Values {
  readonly task: string;
  readonly output: string;
  readonly proof: string;
}

export default async function prove(session: Session, values: Values): Promise<void> {
  const { contracts, deployment } = await session.protocol();
  const taskId = parseId(values.task, "--task");
  const order = await readOrder(contracts.proofs, taskId, deployment.deployedAtBlock);
  const [named] = await contracts.proofs.queryFilter(
    contracts.proofs.filters.ProgramNamed(taskId),
    deployment.deployedAtBlock,
  );
  if (named === undefined) throw noTask(taskId);
  const { verifier, codeHash, programHash } = named.args.program;
  const outputRoot = parseHash(values.output, "--output");
  const proof = hexlify(await readFileOf(values.proof, "--proof"));
  const request = await contracts.proofs.submit.populateTransaction(
    taskId,
    order,
    { verifier, codeHash, programHash },
    outputRoot,
    proof,
  );
  const sent = await session.execute({
    title: `Prove the result of task ${taskId}`,
    facts: [
      ["verifier", verifier],
      ["then", "the price is paid at once, and the bond returns"],
    ],
    steps: [{ label: "submit", request }],
  });
  if (sent === undefined) return;
  const paid = findEvent(contracts.proofs, sent.last, "TaskFinalized")?.args["paid"] as bigint;
  session.output.result(
    { taskId, outputRoot, paid, transaction: sent.last.hash },
    `Task ${taskId} is proven; ${formatCredits(paid)} are earned, fee included.`,
  );
}
