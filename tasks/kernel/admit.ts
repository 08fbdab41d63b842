import { keccak256 } from "ethers";

import { MillraceError } from "@millrace/sdk";

import { parseAddress } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";

export default async function admit(session: Session, { kernel: given }: { kernel: string }): Promise<void> {
  const { contracts, provider } = await session.protocol();
  const kernel = parseAddress(given, "--kernel");
  const codeHash = keccak256(await provider.getCode(kernel));
  if (await contracts.kernels.isAdmitted(codeHash)) {
    throw new MillraceError("WRONG_STATE", `The code of ${kernel} is admitted already.`, {
      hint: `Programs name it by its hash, ${codeHash}.`,
    });
  }
  const sent = await session.execute({
    title: `Admit the code of ${kernel} as a kernel`,
    facts: [
      ["code hash", codeHash],
      ["for", "every program from now on; nobody can take it back"],
    ],
    steps: [{ label: "admit", request: await contracts.kernels.admit.populateTransaction(kernel) }],
  });
  if (sent === undefined) return;
  session.output.result(
    { kernel, codeHash, transaction: sent.last.hash },
    `Programs may name ${codeHash} from now on.`,
  );
}
