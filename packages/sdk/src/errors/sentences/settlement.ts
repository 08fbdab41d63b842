import type { Sentences } from "./Sentence.js";

/** Errors of the settlement and its prices. */
export const SETTLEMENT_SENTENCES: Sentences = {
  BurnMintSettlement_ZeroAmount: ["The amount is zero.", "Give an amount above zero."],
  BurnMintSettlement_NoUsablePrice: [
    "There is no usable price of MILL: a source is stale, too few agree, or the history is too short.",
    "Try again when the price sources report; refunds, redemptions and pay do not need a price.",
  ],
  BurnMintSettlement_TooFewCredits: [
    "The MILL would buy {credits:credits}, fewer than the minimum of {minCredits:credits}.",
    "The price moved: look at it again, or accept fewer with --min-credits.",
  ],
  BurnMintSettlement_CollateralTooLow: [
    "Credits are backed to {ratioWad:share}, less than the {minRatioWad:share} that you ask for.",
    "Wait for better backing, or accept less with --min-collateral.",
  ],
  BurnMintSettlement_HourlyCapReached: [
    "This purchase of {credits:credits} exceeds what can still be bought this hour: {left:credits}.",
    "Buy less now, and the rest in the next hour.",
  ],
  BurnMintSettlement_OutstandingTooLarge: [
    "There would be too many credits outstanding: {outstanding:credits}.",
    "Buy fewer.",
  ],
  BurnMintSettlement_TooFewFree: [
    "{account:hex} has {free:credits} free and needs {needed:credits}.",
    "Buy credits first: npx hardhat credits buy.",
  ],
  BurnMintSettlement_TooFewLocked: [
    "{account:hex} has {locked:credits} locked and {needed:credits} are asked of them.",
    "Look at the job again: it may have been settled already.",
  ],
  BurnMintSettlement_FeeOutOfBounds: ["A fee of {feePpm:ppm} is out of bounds.", "Choose a fee within its bounds."],
  BurnMintSettlement_CompensationMissing: [
    "Settlement holds {held:mill} and {needed:mill} of slashed MILL were announced.",
    "This should not happen: report it with the transaction.",
  ],
  BurnMintSettlement_NothingOwed: ["Nothing is owed to {buyer:hex}.", "There is nothing to do."],
  BurnMintSettlement_WrongEpoch: [
    "Epoch {given} cannot be closed now: epoch {expected} is next.",
    "Close epochs in sequence, each once; npx hardhat epoch show tells which is next.",
  ],
  BurnMintSettlement_EpochNotOver: [
    "Epoch {epoch} ends only at {endsAt:time}.",
    "Wait until a block after that moment, then close it.",
  ],
  BurnMintSettlement_SupplyTooLarge: [
    "Up to {supply:mill} could exist, more than {max:mill}.",
    "Deploy with a smaller genesis or a smaller schedule.",
  ],
  BurnMintSettlement_TooManyItems: ["{count} items are too many for one call.", "Send at most {max} at a time."],
  BurnMintSettlement_PayeesNotSet: [
    "The receivers of emissions are not set yet.",
    "Finish the deployment: it sets them before it seals the wiring.",
  ],
  SettlementTerms_OutOfBounds: ["The value {given} of {name} is out of bounds.", "Choose one within its bounds."],
  PriceOracle_NoUsableSpot: [
    "The price sources give no usable price now: one is stale, or they disagree too much.",
    "Try again when they report.",
  ],
  PriceOracle_WrongRound: [
    "Round {round} of the source {feed:hex} is not the one in force at {timestamp:time}.",
    "Leave the rounds out, and they are looked up.",
  ],
  PriceOracle_RoundCount: [
    "{given} rounds were named for {expected} price sources.",
    "Name one round for each source.",
  ],
  PriceOracle_NotPast: ["{timestamp:time} is not over yet.", "Wait for a later block."],
  PriceOracle_TooLittleGas: [
    "The transaction brings too little gas to read the price sources.",
    "Raise its gas limit.",
  ],
  PriceOracle_BadSource: ["{feed:hex} does not work as a price source.", "Name a feed with AggregatorV3's interface."],
  PriceOracle_SourceCount: ["{count} price sources are too few or too many.", "Name between two and {max} of them."],
  PriceOracle_DeviationOutOfBounds: [
    "A deviation bound of {given:ppm} is out of bounds.",
    "Choose between {min:ppm} and {max:ppm}.",
  ],
  PriceOracle_HalfLifeOutOfBounds: [
    "A half-life of {given:duration} is out of bounds.",
    "Choose one within its bounds.",
  ],
};
