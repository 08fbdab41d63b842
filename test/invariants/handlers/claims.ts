import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { branchIdOf } from "@millrace/jobs";

import type { IResultClaims } from "../../../typechain-types/index.js";
import { commitToFirst } from "../../claims/support/commitments.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";

const REGION_OUTPUT = 2;
const DEPTH = 5;

type Claim = Parameters<IResultClaims["pointTop"]>[1];

interface Posted {
  readonly claimId: bigint;
  readonly claim: Claim;
  readonly branch: { region: number; height: number; position: number; hash: string };
}

type Branch = Awaited<ReturnType<IResultClaims["branchOf"]>>;

const isUntouched = ({ status }: Branch): boolean => status === 0n;
const isPending = ({ status }: Branch): boolean => status === 1n;
const hasBond = ({ bondGwei }: Branch): boolean => bondGwei !== 0n;

/** Points at outputs, opens what can be opened, lets the rest time out, withdraws the branch bonds. */
export const claimActions: Readonly<Record<string, Action>> = {
  point: async (play, dice) => {
    const { claimId, claim, branch } = await pickClaim(play, dice, isUntouched);
    const claims = play.world.claims.connect(dice.pick(challengersOf(play)));
    const reveal = await commitToFirst(claims, claimId, branch);
    return claims.pointTop(claimId, claim, REGION_OUTPUT, reveal, { value: await claims.bondOf(claimId) });
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
    // An account that burns gas when it is paid burns its own: what it brought is what it can burn.
    const options = { gasLimit: 1_000_000 };
    return play.world.claims
      .connect(account)
      .withdrawBonds(claimId, claim, [branchIdOf(claimId, branch)], account, account, options);
  },
};

function challengersOf({ world, hostile }: Play): HardhatEthersSigner[] {
  return hostile === undefined ? [world.challenger] : [world.challenger, hostile.buyer];
}

/** A claim whose top of the output fits, or any where none does: what cannot work is tried too. */
async function pickClaim({ world }: Play, dice: Dice, fits: (branch: Branch) => boolean): Promise<Posted> {
  const { claims } = world;
  const posted = [];
  const fitting = [];
  for (const { args } of await claims.queryFilter(claims.filters.ClaimPosted())) {
    const branch = { region: REGION_OUTPUT, height: DEPTH, position: 0, hash: args.claim.outputRoot };
    const one = { claimId: args.claimId, claim: toPlain(args.claim) as Claim, branch };
    posted.push(one);
    if (fits(await claims.branchOf(await claims.branchIdOf(args.claimId, branch)))) fitting.push(one);
  }
  if (posted.length === 0) throw new Error("nothing was posted");
  return fitting.length === 0 ? dice.pick(posted) : dice.pick(fitting.slice(-3));
}

/** An ethers result as nested plain arrays, as calls take tuples. */
function toPlain(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value, toPlain) : value;
}
