import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { branchIdOf, type PostedClaim } from "@millrace/jobs";

import type { IResultClaims } from "../../../typechain-types/index.js";
import { commitToFirst } from "../../claims/support/commitments.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";

const REGION_OUTPUT = 2;
const DEPTH = 5;

interface Posted {
  readonly claimId: bigint;
  readonly claim: PostedClaim["claim"];
  readonly branch: { region: number; height: number; position: number; hash: string };
}

type Branch = Awaited<ReturnType<IResultClaims["branchOf"]>>;

const isUntouched = ({ status }: Branch): boolean => status === 0n;
const isPending = ({ status }: Branch): boolean => status === 1n;
const hasBond = ({ bondGwei }: Branch): boolean => bondGwei !== 0n;

/** An account that burns gas when it is paid burns the caller's: what was brought is what it can burn. */
export const PAYING = { gasLimit: 1_000_000 };

/** Points at outputs, opens what can be opened, lets the rest time out, withdraws the branch bonds. */
export const claimActions: Readonly<Record<string, Action>> = {
  point: async (play, dice) => {
    const { claimId, claim, branch } = await pickClaim(play, dice, isUntouched);
    const claims = play.world.claims.connect(dice.pick(challengersOf(play)));
    const reveal = await commitToFirst(claims, claimId, branch);
    // Somebody may have pointed there before: then the bond comes back.
    const value = await claims.bondOf(claimId);
    return claims.pointTop(claimId, claim, REGION_OUTPUT, reveal, { value, ...PAYING });
  },

  open: async (play, dice) => {
    const { claimId, branch } = await pickClaim(play, dice, isPending);
    const children = play.openings.get(branch.hash) ?? [];
    return play.world.claims.connect(play.world.agent).open(claimId, branch, children);
  },

  timeout: async (play, dice) => {
    const { claimId, claim, branch } = await pickClaim(play, dice, isPending);
    if (dice.chance(30)) await play.pass(21);
    return play.world.claims.connect(play.world.challenger).timeout(claimId, claim, branch, []);
  },

  withdrawBonds: async (play, dice) => {
    const { claimId, claim, branch } = await pickClaim(play, dice, hasBond);
    const account = dice.pick([...challengersOf(play), ...play.providers]);
    return play.world.claims
      .connect(account)
      .withdrawBonds(claimId, claim, [branchIdOf(claimId, branch)], account, account, PAYING);
  },
};

function challengersOf({ world, hostile }: Play): HardhatEthersSigner[] {
  return hostile === undefined ? [world.challenger] : [world.challenger, hostile.buyer];
}

/** A claim whose top of the output fits, or any where none does: what cannot work is tried too. */
async function pickClaim(play: Play, dice: Dice, fits: (branch: Branch) => boolean): Promise<Posted> {
  const { reads, world } = play;
  const posted = (await play.posted()).map(({ claimId, claim }) => {
    const branch = { region: REGION_OUTPUT, height: DEPTH, position: 0, hash: claim.outputRoot };
    return { claimId, claim, branch };
  });
  const branches = await Promise.all(
    posted.map(async ({ claimId, branch }) => reads.of(world.claims, "branchOf", claimId, branchIdOf(claimId, branch))),
  );
  const fitting = posted.filter((_, index) => fits(branches[index]));
  if (posted.length === 0) throw new Error("nothing was posted");
  return fitting.length === 0 ? dice.pick(posted) : dice.pick(fitting.slice(-3));
}
