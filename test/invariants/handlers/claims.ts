import type { IResultClaims } from "../../../typechain-types/index.js";
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

/** Points at outputs, opens what can be opened, lets the rest time out, withdraws the branch bonds. */
export const claimActions: Readonly<Record<string, Action>> = {
  point: async (play, dice) => {
    const { claimId, claim } = await pickClaim(play, dice);
    const { claims, challenger, parameters } = play.world;
    return claims.connect(challenger).pointTop(claimId, claim, REGION_OUTPUT, { value: parameters.branchBondWei });
  },

  open: async (play, dice) => {
    const { claimId, branch } = await pickClaim(play, dice);
    const children = play.openings.get(branch.hash) ?? [];
    return play.world.claims.connect(play.world.agent).open(claimId, branch, children);
  },

  timeout: async (play, dice) => {
    const { claimId, claim, branch } = await pickClaim(play, dice);
    if (dice.chance(30)) await play.pass(21);
    return play.world.claims.connect(play.world.challenger).timeout(claimId, claim, branch);
  },

  withdrawBonds: async (play, dice) => {
    const { claimId, claim, branch } = await pickClaim(play, dice);
    const account = dice.pick([play.world.challenger, ...play.providers]);
    return play.world.claims.connect(account).withdrawBonds(claimId, claim, [branch], account, account);
  },
};

async function pickClaim({ world }: Play, dice: Dice): Promise<Posted> {
  const posted = await world.claims.queryFilter(world.claims.filters.ClaimPosted());
  if (posted.length === 0) throw new Error("nothing was posted");
  const { claimId, claim } = dice.pick(posted.slice(-4)).args;
  const branch = { region: REGION_OUTPUT, height: DEPTH, position: 0, hash: claim.outputRoot };
  return { claimId, claim: toPlain(claim) as Claim, branch };
}

/** An ethers result as nested plain arrays, as calls take tuples. */
function toPlain(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value, toPlain) : value;
}
