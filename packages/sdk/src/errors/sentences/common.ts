import type { Sentences } from "./Sentence.js";

/** Errors of the shared contracts, of OpenZeppelin's and of the token. */
export const COMMON_SENTENCES: Sentences = {
  EntryPause_EntriesPaused: [
    "New business is paused until {until:time}.",
    "Wait until then; exits and everything that is open go on as always.",
  ],
  EntryPause_PauseTooLong: [
    "A pause of {pauseSeconds:duration} is too long.",
    "Pause for {maxPauseSeconds:duration} at most.",
  ],
  Batch_LengthOutOfBounds: ["A batch of {length} items is not possible.", "Give 1 to {max} items."],
  Batch_TooLittleGas: [
    "Item {index} of the batch failed, but with {gasGiven} gas it may only have had too little.",
    "Raise the gas limit: an item needs up to {gasNeeded}.",
  ],
  EpochClock_BeforeGenesis: ["The first epoch begins only at {genesisAt:time}.", "Wait until then."],
  EpochClock_BadClock: [
    "An epoch of {epochSeconds:duration} cannot be cut into {slotsPerEpoch} slots.",
    "Choose 1 to 240 slots that divide the epoch into whole seconds.",
  ],
  Wired_Forbidden: [
    "{caller:hex} may not call this: only contracts of the protocol may.",
    "Use the market, registry or oracle that does it for you.",
  ],
  Wired_OnlyDeployer: ["Only the deployer may wire contracts, {caller:hex} is not.", "Use the deployer's key."],
  Wired_AlreadySealed: ["The wiring is sealed for ever.", "To change it, deploy anew."],
  Wired_ZeroAddress: ["The address of {name} is zero.", "Name the contract's address."],
  AccessManagedUnauthorized: [
    "{caller:hex} has not the role that this needs.",
    "Use the governor's or guardian's key that system status shows.",
  ],
  AccessManagerUnauthorizedAccount: [
    "{msgsender:hex} has not role {roleId}.",
    "Use a key that has it, or let governance grant it.",
  ],
  ERC20InsufficientAllowance: [
    "{spender:hex} may spend {allowance:mill} of this account and needs {needed:mill}.",
    "Approve the amount first; every task offers to do so.",
  ],
  ERC20InsufficientBalance: [
    "{sender:hex} has {balance:mill} and needs {needed:mill}.",
    "Get more MILL (on a local chain: npx hardhat faucet), or choose a smaller amount.",
  ],
  ERC20InvalidReceiver: ["MILL cannot be sent to {receiver:hex}.", "Choose another account."],
  ERC2612ExpiredSignature: ["The permit expired at {deadline:time}.", "Sign a new one."],
  ERC2612InvalidSigner: ["The permit was signed by {signer:hex}, not by {owner:hex}.", "Sign with the owner's key."],
  SafeERC20FailedOperation: ["A transfer of the token {token:hex} failed.", "Check balance and allowance."],
  SafeCastOverflowedUintDowncast: [
    "The number {value} does not fit into {bits} bits.",
    "Choose a smaller amount: no real one is as large.",
  ],
};
