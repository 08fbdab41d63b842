import type { Sentences } from "./Sentence.js";

/** Errors of seats and checks. */
export const CHECK_SENTENCES: Sentences = {
  CheckSeats_NotFree: [
    "Seat {seatId} is not free, or does not exist.",
    "npx hardhat checker seats shows the free ones; without a number the first of them is taken, or a new one.",
  ],
  CheckSeats_NameFreeSeat: [
    "Of the seats {free} are free: a new one is added only when none is.",
    "Name one with --seat: npx hardhat checker seats shows them.",
  ],
  CheckSeats_NotSeated: [
    "Seat {seatId} is not {caller:hex}'s, or was left.",
    "npx hardhat checker seats shows whose each is.",
  ],
  CheckSeats_BondHeld: [
    "The bond of seat {seatId} stays until {releaseAt:time}, or nobody left it.",
    "Leave the seat first, then wait.",
  ],
  CheckSeats_BadBond: [
    "The bond of a seat is {min:mill} to {max:mill}, not {mill:mill}.",
    "docs/parameters.md has the bounds.",
  ],
  CheckGame_ZeroAddress: ["The deployment leaves out {name}.", "Correct the deployment."],
  CheckGame_BadRules: ["The rules of checks are out of bounds.", "docs/parameters.md has the bounds."],
  CheckGame_BadSampling: ["The sampling of checks is out of bounds.", "docs/parameters.md has the bounds."],
  CheckGame_OtherClaim: [
    "This is not claim {claimId} as it was posted.",
    "Bring the claim that its ClaimPosted or RunPosted event holds.",
  ],
  CheckGame_OtherOrder: [
    "This is not the order of claim {claimId}'s task.",
    "Bring the order that its TaskOpened event holds.",
  ],
  CheckGame_NotOpen: ["Claim {claimId} is not open any more.", "There is nothing left to check."],
  CheckGame_NotCheckable: [
    "Claim {claimId} cannot be checked: it is private, its window is too short, or it can last too long.",
    "docs/checks.md says what can be.",
  ],
  CheckGame_NotPicked: [
    "Claim {claimId} was not picked, or no seat fits it.",
    "npx hardhat checker show says whether it was.",
  ],
  CheckGame_AlreadyDrawn: ["Claim {claimId} has its check.", "npx hardhat checker show shows it."],
  CheckGame_NoCheck: ["Claim {claimId} has no check, or it has lapsed.", "npx hardhat checker show shows it."],
  CheckGame_TooLate: ["This could be done until {until:time}.", "npx hardhat checker show has the times."],
  CheckGame_NoValue: [
    "The random value of {second:time} is not recorded.",
    "Record it first: npx hardhat capacity record.",
  ],
  CheckGame_NotYours: [
    "Place {place} of the check of claim {claimId} is not {caller:hex}'s.",
    "Use the key of the seat's account, or of its operator.",
  ],
  CheckGame_CannotCommit: [
    "Place {place} of the check of claim {claimId} has committed already, or commits to nothing.",
    "A commitment is never replaced.",
  ],
  CheckGame_CannotVouch: [
    "Place {place} of the check of claim {claimId} did not commit, has vouched, or has no bond left.",
    "npx hardhat checker show shows the places.",
  ],
  CheckGame_WrongCount: ["{count} words are opened, {expected} were drawn.", "Open exactly those drawn."],
  ResultChecks_NotInTrees: [
    "Opening {index} is not word {position} of the provider's trace, or of the checker's.",
    "If your own trace differs, the claim is wrong: prove it.",
  ],
  CheckGame_NotPaid: [
    "The job of claim {claimId} is not paid.",
    "Finalize it first, once its claim stands: npx hardhat job finalize.",
  ],
  CheckGame_PotTooLow: [
    "The checkers' pot has {share} of the {due} MILL wei that each checker of claim {claimId} is due.",
    "Wait for the close of an epoch, which fills it; only a checker that vouched can settle for less.",
  ],
  CheckGame_AlreadySettled: ["The check of claim {claimId} is settled.", "There is nothing left to do."],
  ResultChecks_NoVoucher: ["Nobody vouched for claim {claimId} who was not convicted.", "There is nothing left to do."],
  ResultChecks_WordIsRight: ["This word is right.", "Only a wrong word convicts."],
  ResultChecks_NotCommitted: [
    "{account:hex} did not commit to this proof in an earlier block.",
    "Commit first, as for prove, and show it from the next block on.",
  ],
  CheckPot_NoSurplus: ["No more lies there than is kept for checks to come.", "There is nothing to burn."],
  RunChecks_NotInTrees: [
    "Opening {index} is not a step from checkpoint {position} of the run, or the state after it is not in your tree.",
    "If your own run differs, the claim is wrong: contest it.",
  ],
};
