import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import { AbiCoder, toBeHex } from "ethers";
import * as snarkjs from "snarkjs";

import type { DotProductVerifier, IProofMarket, ITaskBook } from "../../typechain-types/index.js";
import type { Connection } from "../support/deployMillrace.js";
import { type Order, taskTerms, type World } from "./marketFixture.js";
import type { Opened } from "./taskDriver.js";

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** What the circuit's verifier takes: made by a real prover. */
export interface Proven {
  readonly inputRoot: string;
  readonly outputRoot: string;
  readonly proof: string;
  readonly raw: Awaited<ReturnType<typeof snarkjs.groth16.fullProve>>;
}

/** Proves the score of three values with the example's key. */
export async function proveScore(values: readonly bigint[], salt: bigint): Promise<Proven> {
  const raw = await snarkjs.groth16.fullProve(
    { values, salt },
    gunzipSync(fixture("dotProduct.wasm.gz")),
    fixture("dotProduct.zkey"),
  );
  const [inputRoot, outputRoot] = raw.publicSignals.map((signal) => toBeHex(BigInt(signal), 32));
  return { inputRoot, outputRoot, proof: encodeProof(raw.proof), raw };
}

/** `abi.encode(a, b, c)`; the imaginary parts come first, as the precompile takes them. */
export function encodeProof({ pi_a, pi_b, pi_c }: Proven["raw"]["proof"]): string {
  const words = [pi_a[0], pi_a[1], pi_b[0][1], pi_b[0][0], pi_b[1][1], pi_b[1][0], pi_c[0], pi_c[1]];
  return AbiCoder.defaultAbiCoder().encode(["uint256[8]"], [words]);
}

/** Whether snarkjs itself takes a proof. */
export async function verifyBySnarkjs(signals: readonly string[], proof: Proven["raw"]["proof"]): Promise<boolean> {
  return snarkjs.groth16.verify(JSON.parse(fixture("dotProduct.vkey.json").toString()), signals, proof);
}

/** Ends the prover's threads, without which a process would stay. */
export async function stopProver(): Promise<void> {
  const curve = await snarkjs.curves.getCurveFromName("bn128");
  await curve.terminate();
}

/** Brings tasks of the proof market to their statuses. */
export class ProofDriver {
  constructor(
    readonly connection: Connection,
    readonly world: World,
    readonly verifier: DotProductVerifier,
  ) {}

  async program(changes: Partial<IProofMarket.ProofProgramStruct> = {}): Promise<IProofMarket.ProofProgramStruct> {
    const { ethers } = this.connection;
    const verifier = await this.verifier.getAddress();
    return {
      verifier,
      codeHash: ethers.keccak256(await ethers.provider.getCode(verifier)),
      programHash: await this.verifier.PROGRAM_HASH(),
      ...changes,
    };
  }

  async open(
    inputRoot: string,
    program?: IProofMarket.ProofProgramStruct,
    changes: Partial<ITaskBook.TaskTermsStruct> = {},
  ): Promise<Opened> {
    const { proofs, buyer } = this.world;
    const ordered = program ?? (await this.program());
    const programHash = await proofs.programHashOf(ordered);
    const terms = taskTerms({ programHash, inputRoot, windowSeconds: 0, responseSeconds: 0, ...changes });
    await proofs.connect(buyer).open(terms, ordered);
    const taskId = await proofs.taskCount();
    const [event] = await proofs.queryFilter(proofs.filters.TaskOpened(taskId));
    const { openedAt, feePpm, bondRule } = event.args.snapshot;
    const { floor, detectionPpm } = bondRule;
    const snapshot = { buyer: buyer.address, openedAt, feePpm, bondRule: { floor, detectionPpm } };
    return { taskId, order: { terms, snapshot } satisfies Order };
  }
}
