import type { Sentences } from "./Sentence.js";

/** Errors of the staking registry and its slash table. */
export const STAKING_SENTENCES: Sentences = {
  StakingRegistry_AlreadyRegistered: ["{provider:hex} is registered already.", "There is nothing to do."],
  StakingRegistry_NotRegistered: [
    "{provider:hex} is not registered as a provider.",
    "Check the address, or register with its own key first: npx hardhat provider register.",
  ],
  StakingRegistry_NodesLeft: [
    "{provider:hex} still has nodes that need a stake of {required:mill}.",
    "Retire them first: npx hardhat node retire.",
  ],
  StakingRegistry_MetadataTooLong: ["The metadata is {length} bytes long.", "Use {max} bytes at most."],
  StakingRegistry_ZeroAmount: ["The amount of MILL is zero.", "Give an amount above zero."],
  StakingRegistry_ActiveTooLow: [
    "{provider:hex} has an active stake of {active:mill}, but {mill:mill} are needed.",
    "Stake more (npx hardhat provider stake), or choose a smaller amount.",
  ],
  StakingRegistry_AccessLost: [
    "The stake of {provider:hex} would be too small: its nodes need {required:mill}, {weight:mill} would count.",
    "Stake more, retire nodes first, or move less.",
  ],
  StakingRegistry_TooManyThaws: [
    "{provider:hex} has {max} thaws under way, more are not possible.",
    "Withdraw what has matured, or cancel one.",
  ],
  StakingRegistry_UnknownThaw: [
    "{provider:hex} has no thaw {thawId}.",
    "npx hardhat provider info lists them; it may be withdrawn already.",
  ],
  StakingRegistry_ThawSecondsOutOfBounds: [
    "Thawing for {thawSeconds:duration} is out of bounds.",
    "Choose between {min:duration} and {max:duration}.",
  ],
  StakingRegistry_LeverageOutOfBounds: ["A leverage of {leverage} is out of bounds.", "Choose {max} at most."],
  DelegatedStake_TooLittle: ["{mill:mill} are too little to delegate.", "Delegate {min:mill} or more."],
  DelegatedStake_ZeroShares: ["The number of shares is zero.", "Give a number above zero."],
  DelegatedStake_TooFewShares: [
    "{delegator:hex} has {held:wad} shares with {provider:hex} that are not on their way out; {shares:wad} are asked for.",
    "npx hardhat provider delegation shows what there is.",
  ],
  DelegatedStake_TooManyUndelegations: [
    "{delegator:hex} has {max} exits from {provider:hex} under way, more are not possible.",
    "Withdraw what has matured (npx hardhat provider undelegate --withdraw), or cancel.",
  ],
  DelegatedStake_NothingUndelegating: [
    "{delegator:hex} has no shares on their way out of {provider:hex}.",
    "There is nothing to cancel.",
  ],
  DelegatedStake_CommissionOutOfBounds: ["A commission of {ppm:ppm} is out of bounds.", "Choose {max:ppm} at most."],
  SlashTable_NoOffence: ["A slash needs an offence.", "Name one of the slash table."],
};
