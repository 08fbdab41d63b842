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
  UptimeOracle_EpochNotClosed: ["Epoch {epoch} is not closed yet.", "Close it first: npx hardhat epoch close."],
  UptimeOracle_NotReportable: [
    "Epoch {epoch} takes no report now: its state is {status:ReportStatus}.",
    "npx hardhat oracle status shows the reports.",
  ],
  UptimeOracle_TooLate: ["The report of epoch {epoch} was due by {deadline:time}.", "Its pot can be cancelled."],
  UptimeOracle_NoQuorum: ["{signatures} signatures are fewer than the quorum of {quorum}.", "Collect more."],
  UptimeOracle_WrongSigner: ["Seat {seat} did not sign: the signature is of {key:hex}.", "Collect it again."],
  UptimeOracle_NotMember: ["{account:hex} is no attestor.", "npx hardhat oracle status lists them."],
  UptimeOracle_AlreadyMember: ["{account:hex} is an attestor already.", "There is nothing to do."],
  UptimeOracle_NotApplied: ["{account:hex} did not apply to be an attestor.", "Let it apply first."],
  UptimeOracle_KeyTaken: ["The key {key:hex} signs for another attestor.", "Use a key of its own."],
  UptimeOracle_KeyNotPossessed: [
    "The key {key:hex} has not signed for {account:hex}.",
    "Sign the application with the attestor key.",
  ],
  UptimeOracle_BondHeld: ["The bond of {account:hex} is held until {releaseAt:time}.", "Wait until then."],
  UptimeOracle_NoContradiction: [
    "The two statements do not exclude each other.",
    "Nothing is proven: an attestor may sign both.",
  ],
  UptimeOracle_AlreadyProven: ["Seat {seat} was slashed for epoch {epoch} already.", "There is nothing to do."],
  UptimeOracle_ImpossibleReport: ["The report contradicts itself.", "Build it from the observations again."],
  UptimeOracle_WrongPredecessor: ["The report follows another one than the last.", "Build it on the latest report."],
  UptimeOracle_WrongConfiguration: [
    "The report is for another configuration of attestors.",
    "Build it for the configuration of its epoch.",
  ],
  UptimeOracle_NothingToCancel: ["Nothing of epoch {epoch} can be cancelled.", "There is nothing to do."],
  UptimeOracle_OutOfBounds: ["The value {value} is out of bounds.", "Choose between {min} and {max}."],
  UptimeOracle_ZeroAddress: ["The address of {name} is zero.", "Name it."],
};
