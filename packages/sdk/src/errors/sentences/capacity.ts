import type { Sentences } from "./Sentence.js";

/** Errors of randomness and capacity proofs. */
export const CAPACITY_SENTENCES: Sentences = {
  BlockBeacon_NotTheBlock: [
    "This is not the header of block {blockNumber}, or the chain no longer knows that block.",
    "npx hardhat capacity record finds the right one while there is time.",
  ],
  BlockBeacon_NotTheFirst: [
    "The first block at or after {second:time} is another one.",
    "npx hardhat capacity record finds it.",
  ],
  CommitRevealBeacon_BadRules: [
    "A beacon of secrets needs time to commit and to reveal, and a bond.",
    "Correct the rules of the deployment.",
  ],
  CommitRevealBeacon_NotNow: ["This can be done from {from:time} until before {until:time}.", "Do it then."],
  CommitRevealBeacon_WrongBond: ["The bond is {bondWei} wei, not {sentWei}.", "Send exactly the bond."],
  CommitRevealBeacon_CannotCommit: [
    "{account:hex} cannot commit to this for {second:time}.",
    "One commitment each, and not to zero.",
  ],
  CommitRevealBeacon_OtherSecret: [
    "{account:hex} did not commit to this secret for {second:time}, or has revealed it.",
    "Reveal what you committed to, once.",
  ],
  CapacityProofs_ZeroAddress: ["The deployment leaves out a contract.", "Correct the deployment."],
  CapacityProofs_BadRules: [
    "The rules of capacity proofs are out of bounds, or a round does not fit into an epoch.",
    "docs/parameters.md has the bounds.",
  ],
  CapacityProofs_WrongPhase: [
    "The round of epoch {epoch} is {phase:RoundPhase}; this needs {expected:RoundPhase}.",
    "npx hardhat capacity status shows its times.",
  ],
  CapacityProofs_NoValue: [
    "The random value of {second:time} is not recorded.",
    "Record it first: npx hardhat capacity record.",
  ],
  CapacityProofs_NotPicked: ["Node {nodeId} is not picked in epoch {epoch}.", "It has nothing to do."],
  CapacityProofs_NotAgent: [
    "{caller:hex} does not speak for node {nodeId}.",
    "Use the key of its agent, provider or operator.",
  ],
  CapacityProofs_ZeroRoot: ["The root of the results is zero.", "Compute the results first."],
  CapacityProofs_WrongState: [
    "Node {nodeId} in epoch {epoch}: {state:AnswerState}, which does not allow this.",
    "npx hardhat capacity show shows what it did.",
  ],
  CapacityProofs_WrongCount: ["{given} entries are opened, {expected} were drawn.", "Open exactly those drawn."],
  CapacityProofs_NotInTree: [
    "Entry {index} is not word {position} of the results that the node committed to.",
    "Open the tree that was committed to.",
  ],
  CapacityProofs_NoOutage: [
    "Round {roundId} of the sequencer's feed shows no outage within this round.",
    "Name the round in which it went down or came back.",
  ],
};
