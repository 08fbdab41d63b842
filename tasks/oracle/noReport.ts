import { MillraceError } from "@millrace/sdk";

/** No report stands for an epoch: none came, or it fell. */
export function noReport(epoch: number): MillraceError {
  return new MillraceError("WRONG_STATE", `No report stands for epoch ${epoch}.`, {
    hint: "npx hardhat oracle status shows the latest reports.",
  });
}
