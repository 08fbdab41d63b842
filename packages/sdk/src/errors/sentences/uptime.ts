import type { Sentences } from "./Sentence.js";

/** Errors of the uptime oracle. */
export const UPTIME_SENTENCES: Sentences = {
  UptimeOracle_NotFinal: [
    "The uptime report of epoch {epoch} is not final: its state is {status:ReportStatus}.",
    "Wait for it; npx hardhat oracle status shows the reports.",
  ],
  UptimeOracle_BadProof: [
    "The leaf {index} is not part of the report of epoch {epoch}.",
    "Take leaf and proof from an attestor, as they are.",
  ],
  UptimeOracle_NothingDue: ["No rewards are due.", "There is nothing to do."],
  UptimeOracle_EpochNotBegun: [
    "Epoch {epoch} has not begun: who sits in it can still change.",
    "Bring what was said of it when it has begun.",
  ],
  UptimeOracle_EpochNotClosed: ["Epoch {epoch} is not closed yet.", "Close it first: npx hardhat epoch close."],
  UptimeOracle_NotReportable: [
    "Epoch {epoch} takes no report now: its state is {status:ReportStatus}.",
    "npx hardhat oracle status shows the reports.",
  ],
  UptimeOracle_TooLate: ["The report of epoch {epoch} was due by {deadline:time}.", "Its pot can be cancelled."],
  UptimeOracle_NoQuorum: ["{signatures} signatures are fewer than the quorum of {quorum}.", "Collect more."],
  UptimeOracle_NoSuchSeat: ["The epoch has no seat {seat}: it has {seats}, counted from 0.", "Choose another."],
  UptimeOracle_WrongSigner: ["Seat {seat} did not sign: the signature is of {key:hex}.", "Collect it again."],
  UptimeOracle_NotMember: [
    "{account:hex} is no attestor.",
    "npx hardhat oracle status lists them; one applies with npx hardhat attestor apply.",
  ],
  UptimeOracle_AlreadyMember: ["{account:hex} is an attestor already.", "There is nothing to do."],
  UptimeOracle_NotApplied: [
    "{account:hex} did not apply to be an attestor.",
    "Let it apply first: npx hardhat attestor apply.",
  ],
  UptimeOracle_KeyTaken: ["The key {key:hex} signs for another attestor.", "Use a key of its own."],
  UptimeOracle_KeyNotPossessed: [
    "The key {key:hex} has not signed for {account:hex}.",
    "Make its signature with npx hardhat attestor consent, with that key and for that account.",
  ],
  UptimeOracle_BondHeld: ["The bond of {account:hex} is held until {releaseAt:time}.", "Wait until then."],
  UptimeOracle_AlreadyProven: ["Seat {seat} was slashed for epoch {epoch} already.", "There is nothing to do."],
  UptimeOracle_ImpossibleReport: ["The report contradicts itself.", "Build it from the observations again."],
  UptimeOracle_WrongPredecessor: ["The report follows another one than the last.", "Build it on the latest report."],
  UptimeOracle_WrongConfiguration: [
    "The report is for another configuration of attestors.",
    "Build it for the configuration of its epoch.",
  ],
  UptimeOracle_OutOfBounds: ["The value {value} is out of bounds.", "Choose between {min} and {max}."],
  UptimeOracle_ZeroAddress: ["The address of {name} is zero.", "Name it."],
  UptimeOracle_BadBitmap: ["Bitmap and signatures of the report do not fit together.", "Pack them again."],
  UptimeOracle_NotOpen: [
    "The report of epoch {epoch} cannot be challenged: its state is {status:ReportStatus}.",
    "Only the report that stands can be, until it is final.",
  ],
  UptimeOracle_AlreadySigned: ["Seat {seat} signed the report of epoch {epoch} already.", "There is nothing to do."],
  UptimeOracle_NotIncluded: [
    "The observation of seat {seat} is not part of the report of epoch {epoch}.",
    "Sign late without a proof; it is not paid then.",
  ],
  UptimeOracle_NotDead: [
    "{account:hex} missed {missed} reports in a row, fewer than {needed}.",
    "It stays until it misses as many.",
  ],
  UptimeEvidence_NotUnder: ["The evidence is not under the root {root:hex}.", "Take it with its proof, as it is."],
  UptimeEvidence_WrongHeartbeat: [
    "That is no heartbeat of node {nodeId} in slot {slot} of epoch {epoch}.",
    "Show the one that its agent signed for that slot.",
  ],
  UptimeProofs_NoContradiction: [
    "The two statements do not exclude each other.",
    "Nothing is proven: an attestor may sign both.",
  ],
  UptimeProofs_NothingFalse: ["Leaf {index} of epoch {epoch} keeps the formula.", "Nothing is proven by it."],
  UptimeProofs_NotUnder: ["Leaf {index} is not under the root of the report.", "Take leaf and proof as they are."],
  UptimeProofs_WrongPredecessor: [
    "The leaf {index} before is not of the report that this one follows.",
    "Bring the report that it names, and the leaf of the same index.",
  ],
  UptimeProofs_ZeroAddress: ["The address of {name} is zero.", "Name it."],
  UptimeChallenges_WrongBond: ["The call brings {givenWei} wei and costs {neededWei}.", "Send exactly that."],
  UptimeChallenges_NotUnder: ["Leaf {index} is not under the root of the report.", "Take leaf and proof as they are."],
  UptimeChallenges_WrongSlot: [
    "Slot {slot} of node {nodeId} is not what the proof starts from.",
    "Restore slots that are down, challenge slots that are up, each once.",
  ],
  UptimeChallenges_AlreadyChallenged: ["The slot was challenged before.", "See what became of that challenge."],
  UptimeChallenges_WrongStatus: [
    "The challenge is not at this step now.",
    "It can be answered until {answerBy:time}, and cleared from then on.",
  ],
  UptimeChallenges_SameSeat: ["Seat {seat} was counted already.", "Bring each attestor once."],
  UptimeChallenges_TooFewReceipts: ["{given} receipts are fewer than the {needed} that make a slot up.", "Bring more."],
  UptimeChallenges_OtherHeartbeat: [
    "The receipt of seat {seat} is for another heartbeat.",
    "Show the heartbeat that the receipts name.",
  ],
  UptimeChallenges_NotActive: [
    "Node {nodeId} has no slot in its leaf, and is not active now: a slot would be worth nothing.",
    "Wait until it is, or let its provider restore the slot.",
  ],
  UptimeChallenges_NothingSeen: ["Seat {seat} did not say that it saw the node.", "It cannot be slashed for it."],
  UptimeChallenges_CannotDemand: [
    "That cannot be demanded now.",
    "It exists, is not demanded yet, and half of the window is left?",
  ],
  UptimeChallenges_NoDemand: ["There is no demand at this step.", "Its answer is due by {answerBy:time}."],
  UptimeChallenges_WrongPart: ["That is not what was demanded.", "Show the leaf or the chunk with its proof."],
  UptimeChallenges_NothingOwed: ["{account:hex} is owed nothing.", "There is nothing to do."],
  UptimeChallenges_LeafHeld: [
    "The leaf of node {nodeId} is held: {pending} matters are not decided.",
    "Wait for its challenges, and settle its correction.",
  ],
  UptimeChallenges_NothingToSettle: [
    "Node {nodeId} has no correction to settle.",
    "Its challenges must be decided first, if there are any.",
  ],
  UptimeChallenges_ZeroValue: ["The value of {name} is zero.", "Name it."],
  UptimeReceipts_WrongCount: [
    "{slots} slots do not go with {receipts} receipts.",
    "Give at least one, and a slot for each.",
  ],
  UptimeReceipts_ZeroAddress: ["The address of the oracle is zero.", "Name it."],
  UptimeRewards_NothingDue: ["Nothing is due for node {nodeId}.", "It has collected all that final reports give it."],
  UptimeRewards_NothingToCancel: [
    "Nothing of epoch {epoch} can be cancelled.",
    "Pots are burned once nobody can collect them: their report is void, or is too late to come, or has no points.",
  ],
  UptimeRewards_OtherProvider: [
    "Node {nodeId} belongs to {provider:hex}.",
    "Collect for each provider by itself, with the leaves of its own nodes.",
  ],
  UptimeRewards_ZeroAddress: ["The address of {name} is zero.", "Name it."],
};
