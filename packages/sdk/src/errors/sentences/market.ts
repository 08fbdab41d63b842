import type { Sentences } from "./Sentence.js";

/** Errors of the markets. */
export const MARKET_SENTENCES: Sentences = {
  LeaseMarket_ZeroAddress: ["The address of {name} is zero.", "Name the contract's address."],
  LeaseMarket_PeriodOutOfBounds: [
    "The period {name} of {value:duration} is out of bounds.",
    "Choose between {min:duration} and {max:duration}.",
  ],
  LeaseMarket_NoUnits: ["The number of units is zero.", "Hire at least one."],
  LeaseMarket_SecondsOutOfBounds: [
    "A hire of {leaseSeconds:duration} is not possible.",
    "Choose between {minSeconds:duration} and {maxSeconds:duration}.",
  ],
  LeaseMarket_RateAboveMax: [
    "The node asks {ratePerUnit:rate} a unit, above your maximum of {maxRatePerUnit:rate}.",
    "Raise --max-rate, or choose another node.",
  ],
  LeaseMarket_RateZero: ["Node {nodeId} asks for nothing and cannot be leased.", "Choose another node."],
  LeaseMarket_OwnNode: ["{account:hex} cannot hire its own node.", "Choose a node of another provider."],
  LeaseMarket_WrongStatus: [
    "Lease {leaseId} is {status:LeaseStatus}; this needs {allowed:LeaseStatuses}.",
    "npx hardhat job list shows what state it is in.",
  ],
  LeaseMarket_NotBuyer: ["Only the buyer {buyer:hex} may do this, not {caller:hex}.", "Use the buyer's key."],
  LeaseMarket_NotProvider: [
    "Only the provider {provider:hex} may do this, not {caller:hex}.",
    "Use the provider's key.",
  ],
  LeaseMarket_TopUpTooSmall: [
    "{credits:credits} do not buy one slot of time, which costs {minCredits:credits}.",
    "Add at least that much.",
  ],
  LeaseMarket_NoStretchesLeft: ["Lease {leaseId} was resumed as often as it can be.", "Hire the node anew."],
  LeaseMarket_NothingToRelease: [
    "The units of lease {leaseId} are free already, or paid for until {paidThrough:time}.",
    "Wait until then.",
  ],
  LeaseMarket_NothingToSettle: ["Every paid second of lease {leaseId} is settled.", "There is nothing to do."],
  LeaseMarket_WrongEpoch: [
    "Lease {leaseId} has to settle epoch {expected} next, not epoch {given}.",
    "Settle in sequence: leave the epoch out, and the next one is taken.",
  ],
  LeaseMarket_WrongNode: [
    "The leaf is of node {given}, lease {leaseId} is of node {expected}.",
    "Take that node's leaf.",
  ],
  LeaseMarket_ReportAwaited: [
    "Epoch {epoch} waits for its uptime report.",
    "Settle by the report once it is final, or without one from {unreportedAt:time} on.",
  ],
  TaskMarket_ZeroAddress: ["The address of {name} is zero.", "Name the contract's address."],
  TaskMarket_TermOutOfBounds: ["The term {name} is {value}, out of its bounds.", "Choose between {min} and {max}."],
  TaskMarket_RuleOutOfBounds: ["The bond rule's {name} is {value}, out of bounds.", "Choose between {min} and {max}."],
  TaskMarket_WrongOrder: [
    "Task {taskId} was opened with another order, or never.",
    "Check its number with npx hardhat job list.",
  ],
  TaskMarket_WrongStatus: [
    "Task {taskId} is {status:TaskStatus}; this needs {allowed:TaskStatuses}.",
    "npx hardhat job watch --task {taskId} shows how it goes on.",
  ],
  TaskMarket_Expired: [
    "The order of task {taskId} expired at {expiresAt:time}.",
    "Choose another task; the buyer may open a new one.",
  ],
  TaskMarket_NoAttemptsLeft: [
    "Task {taskId} has used up its {attempts} attempts.",
    "Its buyer can cancel it and have the escrow back.",
  ],
  TaskMarket_WrongClass: [
    "Node {nodeId} is of class {classId}, the order wants class {wanted}.",
    "Accept with a node of that class.",
  ],
  TaskMarket_NodeNotListed: [
    "The order names the nodes that may accept it, node {nodeId} is not among them.",
    "Accept with one that is.",
  ],
  TaskMarket_OwnTask: ["{account:hex} cannot work for itself.", "Leave the task to another provider."],
  TaskMarket_NotProvider: [
    "{caller:hex} is neither the provider of node {nodeId} nor its agent.",
    "Use one of these keys.",
  ],
  TaskMarket_NotBuyer: [
    "Only the buyer {buyer:hex} may do this before {expiresAt:time}, not {caller:hex}.",
    "Use the buyer's key, or wait until the order has expired.",
  ],
  VoucherChannels_ZeroAddress: ["The address of {name} is zero.", "Name the contract's address."],
  VoucherChannels_ZeroCredits: ["The number of credits is zero.", "Lock at least some."],
  VoucherChannels_NoticeOutOfBounds: [
    "A notice of {given:duration} is out of bounds.",
    "Choose between {min:duration} and {max:duration}.",
  ],
  VoucherChannels_OwnChannel: ["{account:hex} cannot pay itself.", "Name another provider."],
  VoucherChannels_NotRegistered: [
    "{provider:hex} is not registered as a provider and cannot be paid.",
    "Check the address; the provider can register with npx hardhat provider register.",
  ],
  VoucherChannels_WrongStatus: [
    "Channel {channelId:hex} is {status:ChannelStatus}; this needs {allowed:ChannelStatuses}.",
    "npx hardhat channel show tells what can be done with it.",
  ],
  VoucherChannels_NotBuyer: ["Only the buyer {buyer:hex} may do this, not {caller:hex}.", "Use the buyer's key."],
  VoucherChannels_NotProvider: [
    "Only the provider {provider:hex} or its operator may do this, not {caller:hex}.",
    "Use one of these keys.",
  ],
  VoucherChannels_NothingToRedeem: [
    "The voucher over {cumulative:credits} pays nothing: {redeemed:credits} of the channel's {deposited:credits} were paid.",
    "Ask the buyer for a higher voucher, or for a top-up.",
  ],
  VoucherChannels_BadSignature: [
    "{buyer:hex} did not sign a voucher over {cumulative:credits} for this channel.",
    "Check the voucher's chain, contract, channel and amount.",
  ],
};
