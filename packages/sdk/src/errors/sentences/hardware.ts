import type { Sentences } from "./Sentence.js";

/** Errors of nodes and hardware classes. */
export const HARDWARE_SENTENCES: Sentences = {
  NodeRegistry_UnknownNode: ["There is no node {nodeId}.", "npx hardhat node list shows all nodes."],
  NodeRegistry_NotProvider: [
    "Node {nodeId} belongs to {provider:hex}, not to {caller:hex}.",
    "Use the key of its provider.",
  ],
  NodeRegistry_ClassClosed: [
    "Hardware class {classId} does not exist or takes no new nodes.",
    "npx hardhat system status lists the classes.",
  ],
  NodeRegistry_ZeroUnits: ["The number of units is zero.", "Give at least one."],
  NodeRegistry_NoConsent: [
    "The agent {agent:hex} has not signed that it speaks for {provider:hex}.",
    "Let the agent's key sign, or leave the agent out: the provider's own key is used then.",
  ],
  NodeRegistry_DetailsTooLong: [
    "The node's endpoint ({endpointLength} bytes) or metadata ({metadataLength} bytes) is too long.",
    "Shorten them: at most 256 bytes of endpoint, and 1,024 of metadata.",
  ],
  NodeRegistry_WrongDetails: ["These are not the details of node {nodeId}.", "Take them from its latest event."],
  NodeRegistry_BadAsk: [
    "The ask makes no sense: {ratePerUnit:rate}, {minSeconds:duration} to {maxSeconds:duration}.",
    "Give a rate above zero, at least one kind of work, and a longest hire not below the shortest.",
  ],
  NodeRegistry_NoAccess: [
    "The stake of {provider:hex} is too small: its nodes need {required:mill}, {weight:mill} count.",
    "Stake more first: npx hardhat provider stake.",
  ],
  NodeRegistry_NotEligible: [
    "Node {nodeId} takes no work now: {reason:Eligibility}.",
    "Choose another node (npx hardhat node list), or try later.",
  ],
  NodeRegistry_KindNotAccepted: [
    "Node {nodeId} does not take this kind of work: it takes {kinds:kinds}.",
    "Choose another node, or let its provider change the ask.",
  ],
  NodeRegistry_TooFewUnits: [
    "Node {nodeId} has {free} free units, {units} are asked for.",
    "Ask for fewer, or choose another node.",
  ],
  NodeRegistry_WrongStatus: [
    "Node {nodeId} is {status:NodeStatus}, which does not allow this.",
    "npx hardhat node list shows what state it is in.",
  ],
  NodeRegistry_JailTooLong: ["A jail until {until:time} is too long.", "Choose {max:time} at most."],
  MaintenanceWindows_NotOperator: [
    "{caller:hex} neither owns nor operates node {nodeId}.",
    "Use the key of its provider or operator.",
  ],
  MaintenanceWindows_ZeroLength: ["The window has no length.", "Give at least one second."],
  MaintenanceWindows_TooSoon: [
    "Maintenance of node {nodeId} at {startAt:time} comes too soon.",
    "Begin at {earliest:time} or later: buyers must know ahead.",
  ],
  MaintenanceWindows_TooManyWindows: [
    "Node {nodeId} has {max} windows of maintenance in this period already.",
    "Begin at {earliest:time} or later, or announce fewer and longer ones.",
  ],
  MaintenanceWindows_BadSlots: [
    "Slots of {slotSeconds} seconds from {firstSlotAt:time} do not cover a span from {fromAt:time}.",
    "Ask about a span that begins with its slots or later.",
  ],
  MaintenanceWindows_OutOfOrder: [
    "The last window of node {nodeId} ends at {lastEndAt:time} only.",
    "Begin after it, or call it off first: npx hardhat node maintenance --cancel.",
  ],
  MaintenanceWindows_OverBudget: [
    "Node {nodeId} would be in maintenance for {used:duration} of one period.",
    "{budgetSeconds:duration} are allowed: choose a shorter window, or a later one.",
  ],
  MaintenanceWindows_NothingAhead: [
    "Node {nodeId} has no window that has not begun.",
    "A window that has begun stands.",
  ],
  Inspections_UnknownNode: ["There is no node {nodeId}.", "npx hardhat node list shows all nodes."],
  Inspections_NotYetIssued: [
    "The statement is issued at {issuedAt:time}, which has not come.",
    "Let the inspector sign with the time of now.",
  ],
  Inspections_Expired: ["The statement expired at {expiresAt:time}.", "Ask the inspector for a new one."],
  Inspections_Superseded: [
    "{inspector:hex} has said or revoked something about node {nodeId} at {latest:time}, after this statement.",
    "Ask the inspector for a new one.",
  ],
  Inspections_WrongSignature: ["The signature is not that of {inspector:hex}.", "Ask the inspector to sign it."],
  Inspections_TooManyInspectors: ["{count} inspectors are named.", "Name {max} at most."],
  HardwareCatalog_UnknownClass: [
    "There is no hardware class {classId}.",
    "npx hardhat system status lists the classes.",
  ],
  HardwareCatalog_BadName: ["The class's name has {length} bytes.", "Use between 1 and {max}."],
  HardwareCatalog_StakeOutOfBounds: ["A stake of {stakePerUnit:mill} a unit is too high.", "Use {max:mill} at most."],
  HardwareCatalog_WeightOutOfBounds: ["A weight of {weight} is out of bounds.", "Use between 1 and {max}."],
};
