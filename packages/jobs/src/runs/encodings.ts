import type { FinalState, MachineProgram, StepWitness } from "@millrace/rv32";
import { programRoot } from "@millrace/rv32";
import { AbiCoder, getBytes, hexlify, id, keccak256 } from "ethers";

/** A program as the contracts name it: `MachineProgram` of `contracts/verifiers/MachineTypes.sol`. */
export interface ProgramValues {
  readonly codeHash: string;
  readonly imageRoot: string;
  readonly maxSteps: bigint;
  readonly entry: bigint;
  readonly depth: bigint;
}

/** States before and after a segment. */
export interface Ends {
  readonly first: string;
  readonly last: string;
}

/** A part of a run, as a place in the game. */
export interface Segment extends Ends {
  /** Id of the segment that it was found in; zero between checkpoints. */
  readonly above: string;
  /** It is `2^log2` steps long. */
  readonly log2: number;
  readonly position: bigint;
}

const PROGRAM = "tuple(bytes32 codeHash, bytes32 imageRoot, uint64 maxSteps, uint32 entry, uint8 depth)";
const SEGMENT = "tuple(bytes32 above, uint8 log2, uint64 position, bytes32 first, bytes32 last)";
const STEP = "tuple(bytes state, bytes32 code, bytes32[] codeSiblings, bytes32 data, bytes32[] dataSiblings)";
const END = "tuple(bytes state, bytes32 outputRoot, bytes32[] siblings)";

const coder = AbiCoder.defaultAbiCoder();

/** @param codeHash - code hash of the verifier that the program is for */
export function programValues(program: MachineProgram, codeHash: string): ProgramValues {
  return {
    codeHash,
    imageRoot: hexlify(programRoot(program)),
    maxSteps: program.maxSteps,
    entry: BigInt(program.entry),
    depth: BigInt(program.depth),
  };
}

/** What an order's `programHash` is for a program. */
export function machineProgramHash(program: ProgramValues): string {
  return keccak256(coder.encode([PROGRAM], [program]));
}

export function segmentId(claimId: bigint, segment: Segment): string {
  return keccak256(coder.encode(["bytes32", "uint256", SEGMENT], [id("millrace.segment"), claimId, segment]));
}

/** The witness of a step, as `Rv32Verifier` decodes it. */
export function encodeStep({ state, code, codeSiblings, data, dataSiblings }: StepWitness): string {
  const witness = [state, code, codeSiblings.map(toHex), data, dataSiblings.map(toHex)];
  return coder.encode([STEP], [witness]);
}

/** What shows that a run is over, as `Rv32Verifier` decodes it. */
export function encodeEnd({ state, outputRoot, outputSiblings }: FinalState): string {
  return coder.encode([END], [[state, outputRoot, outputSiblings.map(toHex)]]);
}

/** The state within what `encodeEnd` gave. */
export function decodeEndState(end: string): Uint8Array {
  const [witness] = coder.decode([END], end) as unknown as [{ readonly state: string }];
  return getBytes(witness.state);
}

/** What a proof that a step is wrong is committed to by: the state that is right after it. */
export function stepEvidence(step: bigint, next: string): string {
  return keccak256(coder.encode(["uint64", "bytes32"], [step, next]));
}

function toHex(bytes: Uint8Array): string {
  return hexlify(bytes);
}
