import type { Sentences } from "./Sentence.js";

/** Errors of the markets. */
export const MARKET_SENTENCES: Sentences = {
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
  LeaseMarket_NotParty: [
    "Only the buyer {buyer:hex} or the provider {provider:hex} may do this, not {caller:hex}.",
    "Use the key of one of them.",
  ],
  LeaseMarket_StartOutOfBounds: ["A lease cannot begin at {startAt:time}.", "Let it begin now."],
  LeaseMarket_UnsoundPledge: [
    "The pledge is not possible.",
    "Promise shares of at most 100 %, dark slots of at most an epoch, and a bond behind an uptime.",
  ],
  LeaseMarket_NoBond: ["Lease {leaseId} has no bond, so its provider leaves by notice.", "Give notice instead."],
  LeaseMarket_NothingToUnbond: [
    "Lease {leaseId} is {status:LeaseStatus} and has a bond of {bond:mill}.",
    "A bond is free once the lease is settled.",
  ],
  LeaseMarket_NoObjection: [
    "Lease {leaseId} cannot object to epoch {epoch}.",
    "Object to an epoch from {first} to {last}, before its timeout; that of epoch {epoch} is {untilAt:time}.",
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
  TaskMarket_TermOutOfBounds: [
    "The term {name} is {value:named}, out of its bounds.",
    "Choose between {min:named} and {max:named}.",
  ],
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
  TaskMarket_TraitsNotShown: [
    "Task {taskId} asks where its node is, or what it has, and none of that was shown.",
    "npx hardhat job accept and job take show it.",
  ],
  NodeTraits_ZeroAddress: ["The address of {name} is zero.", "Name the contract's address."],
  NodeTraits_NothingWanted: ["These traits ask for nothing.", "Ask for a region, attributes or inspectors."],
  NodeTraits_TooManyInspectors: ["{count} inspectors are named.", "Name at most {max}."],
  NodeTraits_WrongTraits: [
    "The traits shown hash to {given:hex}, the order asks for those of {wanted:hex}.",
    "Show the traits that were published under that hash.",
  ],
  TaskMarket_OwnTask: ["{account:hex} cannot work for itself.", "Leave the task to another provider."],
  TaskMarket_NotProvider: [
    "{caller:hex} is neither the provider of node {nodeId}, nor its operator, nor its agent.",
    "Use one of these keys.",
  ],
  TaskMarket_NotBuyer: [
    "Only the buyer {buyer:hex} may do this before {expiresAt:time}, not {caller:hex}.",
    "Use the buyer's key, or wait until the order has expired.",
  ],
  NodeFilter_WrongClass: [
    "Node {nodeId} is of class {classId}, the order wants class {wanted}.",
    "Accept with a node of that class.",
  ],
  NodeFilter_NotListed: [
    "The order names the nodes that may accept it, node {nodeId} is not among them.",
    "Accept with one that is.",
  ],
  NodeFilter_WrongRegion: ["Node {nodeId} is not in the region that the order wants.", "Accept with a node there."],
  NodeFilter_AttributesMissing: [
    "Node {nodeId} has attributes {attributes}, the order wants {wanted}.",
    "Accept with a node that has them all.",
  ],
  NodeFilter_NotConfirmed: [
    "The inspectors that the order names do not confirm attributes {wanted} of node {nodeId}.",
    "Have the node inspected by them, or accept with another.",
  ],
  LeaseOrders_ZeroAddress: ["The address of {name} is zero.", "Name the contract's address."],
  LeaseOrders_TermOutOfBounds: [
    "The term {name} is {value:named}, out of its bounds.",
    "Choose between {min:named} and {max:named}.",
  ],
  LeaseOrders_WrongOrder: [
    "Order {orderId} was opened with other terms, or never.",
    "Check its number with npx hardhat order list.",
  ],
  LeaseOrders_WrongStatus: [
    "Order {orderId} is {status:OrderStatus}; this needs {allowed:OrderStatuses}.",
    "npx hardhat order list shows what state it is in.",
  ],
  LeaseOrders_WrongSeatStatus: [
    "Seat {seat} of order {orderId} is {status:SeatStatus}; this needs {allowed:SeatStatuses}.",
    "npx hardhat order list shows what state it is in.",
  ],
  LeaseOrders_NoSuchSeat: ["There is no seat {seat}: the order has {seats}, counted from 0.", "Choose another."],
  LeaseOrders_ListingOver: ["Seat {seat} could be taken until {untilAt:time}.", "Choose another."],
  LeaseOrders_NotBuyer: ["Only the buyer {buyer:hex} may do this, not {caller:hex}.", "Use the buyer's key."],
  LeaseOrders_NotProvider: [
    "Only the provider {provider:hex} or its operator may do this, not {caller:hex}.",
    "Use one of these keys.",
  ],
  LeaseOrders_OwnOrder: ["{account:hex} cannot serve itself.", "Leave the order to another provider."],
  QuoteDesk_ZeroAddress: ["The address of {name} is zero.", "Name the contract's address."],
  QuoteDesk_Expired: ["The quote expired at {expiresAt:time}.", "Ask the provider for a new one."],
  QuoteDesk_Cancelled: ["{provider:hex} cancelled its quotes of nonce {nonce}.", "Ask the provider for a new one."],
  QuoteDesk_NotBuyer: ["The quote is for {buyer:hex}, not for {caller:hex}.", "Use the key of who it is for."],
  QuoteDesk_NotProvidersNode: [
    "The quote is {given:hex}'s, but node {nodeId} belongs to {expected:hex}.",
    "Ask that provider for one.",
  ],
  QuoteDesk_UnitsOutOfBounds: ["{units} units cannot be taken of this quote.", "Take {min} to {left}."],
  QuoteDesk_SecondsOutOfBounds: [
    "A lease of {leaseSeconds:duration} is not what was quoted.",
    "Choose between {min:duration} and {max:duration}.",
  ],
  QuoteDesk_NotSigner: [
    "{signer:hex} may not offer for {provider:hex}.",
    "The provider or its operator must sign the quote.",
  ],
  QuoteDesk_BadSignature: [
    "{signer:hex} did not sign this quote for this chain and contract.",
    "Check that nothing of it was changed, and ask for a new one.",
  ],
  QuoteDesk_NotProvider: [
    "Only the provider {provider:hex} or its operator may do this, not {caller:hex}.",
    "Use one of these keys.",
  ],
  MachineMarket_WrongProgram: [
    "The program is {given:hex}, the order names {ordered:hex}.",
    "Bring the program that the order names.",
  ],
  ProofMarket_WrongProgram: [
    "The program {given:hex} is not the one of the order, {ordered:hex}.",
    "Give verifier, code hash and program as the buyer named them.",
  ],
  ProofMarket_WrongCode: [
    "The verifier {verifier:hex} has the code {codeHash:hex}, not the pinned {pinned:hex}.",
    "Name the verifier whose code you mean; nothing can be proven to another.",
  ],
  ProofMarket_NoCode: ["{verifier:hex} has no code of its own.", "Name a deployed verifier."],
  ProofMarket_TooLittleGas: [
    "{gasLeft} gas are left, and the verifier may need {gasNeeded}.",
    "Send the transaction with a higher gas limit.",
  ],
  ProofMarket_NotProven: [
    "The verifier {verifier:hex} does not accept this proof for task {taskId}.",
    "Check the proof against the order's program and input before sending it.",
  ],
  ApprovalMarket_NotBuyer: ["Only the buyer {buyer:hex} judges, not {caller:hex}.", "Use the buyer's key."],
  ApprovalMarket_NoSuchChunk: [
    "Task {taskId} has {chunks} chunks, counted from 0; there is no chunk {chunk}.",
    "Choose one of them.",
  ],
  ApprovalMarket_WrongChunkStatus: [
    "Chunk {chunk} of task {taskId} is {status:ChunkStatus}; this needs {allowed:ChunkStatuses}.",
    "npx hardhat job chunks --task {taskId} shows all of them.",
  ],
  ApprovalMarket_TooManyInFlight: [
    "Task {taskId} has {max} chunks in flight.",
    "Wait until one is judged, or release the key of one that is approved.",
  ],
  ApprovalMarket_WrongKey: [
    "Key, preview or ciphertext of chunk {chunk} of task {taskId} are not what was submitted.",
    "Give them as they were committed to.",
  ],
  ApprovalMarket_CannotEnd: [
    "The rest of task {taskId} cannot be ended: a chunk must have been refunded, and {undecided} wait for a judgement or a key.",
    "Judge the chunks that wait, or release their keys.",
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
