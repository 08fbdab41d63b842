import { AbiCoder, keccak256, toBeHex } from "ethers";

import { formatMill, MillraceError } from "@millrace/sdk";

import type { Step } from "./Step.js";
import type { Session } from "./Session.js";

/** Where OpenZeppelin's ERC20 keeps allowances: its second variable. A test holds the token to it. */
const ALLOWANCES_SLOT = 1n;

/** Checks that the sender has that much MILL. */
export async function requireMill(session: Session, mill: bigint): Promise<void> {
  const { contracts } = await session.protocol();
  const balance = await contracts.token.balanceOf((await session.account()).address);
  if (balance >= mill) return;
  throw new MillraceError(
    "INSUFFICIENT_FUNDS",
    `The account has ${formatMill(balance)}, and ${formatMill(mill)} are needed.`,
    {
      hint: "Get more MILL (on a local chain: npx hardhat faucet), or choose a smaller amount.",
    },
  );
}

/** The step that lets `spender` take exactly `mill` from the sender; none if it may already. Checks the balance too. */
export async function approvalSteps(session: Session, spender: string, name: string, mill: bigint): Promise<Step[]> {
  await requireMill(session, mill);
  const { contracts } = await session.protocol();
  const { address } = await session.account();
  const allowance = await contracts.token.allowance(address, spender);
  if (allowance >= mill) return [];
  return [
    {
      label: `approve ${formatMill(mill)} for ${name}`,
      request: await contracts.token.approve.populateTransaction(spender, mill),
      override: {
        [await contracts.token.getAddress()]: { stateDiff: { [allowanceSlot(address, spender)]: toBeHex(mill, 32) } },
      },
    },
  ];
}

/** Storage slot of an allowance. */
export function allowanceSlot(owner: string, spender: string): string {
  const hash = (key: string, slot: string): string =>
    keccak256(AbiCoder.defaultAbiCoder().encode(["address", "bytes32"], [key, slot]));
  return hash(spender, hash(owner, toBeHex(ALLOWANCES_SLOT, 32)));
}
