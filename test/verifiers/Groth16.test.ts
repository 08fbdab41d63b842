import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { DotProductVerifier } from "../../typechain-types/index.js";
import { encodeProof, type Proven, proveScore, stopProver, verifyBySnarkjs } from "../market/proofDriver.js";

const { ethers } = await hre.network.create();

const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const word = (value: bigint) => ethers.toBeHex(value, 32);

describe("Groth16, by a verifier made from a circuit", () => {
  let verifier: DotProductVerifier;
  let programHash: string;
  let proven: Proven;

  before(async () => {
    verifier = await ethers.deployContract("DotProductVerifier");
    programHash = await verifier.PROGRAM_HASH();
    proven = await proveScore([2n, 7n, 18n], 20_261_122n);
  });

  after(stopProver);

  const holds = async (changes: { input?: string; output?: string; proof?: string; program?: string }) =>
    verifier.verify(
      changes.program ?? programHash,
      changes.input ?? proven.inputRoot,
      changes.output ?? proven.outputRoot,
      changes.proof ?? proven.proof,
    );

  it("should take what the prover made, as snarkjs does", async () => {
    expect(await verifyBySnarkjs(proven.raw.publicSignals, proven.raw.proof)).to.equal(true);
    expect(await holds({})).to.equal(true);
  });

  it("should take proofs of other inputs, and each for its own only", async () => {
    const other = await proveScore([0n, R - 1n, 1n], 5n);
    expect(await holds({ input: other.inputRoot, output: other.outputRoot, proof: other.proof })).to.equal(true);
    expect(await holds({ proof: other.proof })).to.equal(false);
    expect(await holds({ output: other.outputRoot })).to.equal(false);
    expect(await holds({ input: other.inputRoot })).to.equal(false);
  });

  it("should refuse inputs beyond the group's order, which would be others in disguise", async () => {
    expect(await holds({ input: word(BigInt(proven.inputRoot) + R) })).to.equal(false);
    expect(await holds({ output: word(BigInt(proven.outputRoot) + R) })).to.equal(false);
    expect(await holds({ input: word(2n ** 256n - 1n) })).to.equal(false);
  });

  it("should refuse another program, and T-53: proofs of any other length, without reverting", async () => {
    expect(await holds({ program: ethers.ZeroHash })).to.equal(false);
    for (const proof of ["0x", proven.proof.slice(0, -2), `${proven.proof}00`, `0x${"00".repeat(256)}`]) {
      expect(await holds({ proof })).to.equal(false);
    }
  });

  it("should refuse, without reverting, a proof with any word changed", async () => {
    const words = Array.from({ length: 8 }, (_, i) => BigInt(`0x${proven.proof.slice(2 + 64 * i, 66 + 64 * i)}`));
    const changed = fc.record({
      at: fc.nat(7),
      to: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.constantFrom(0n, 1n, Q - 1n, Q, Q + 1n, R)),
    });
    await fc.assert(
      fc.asyncProperty(changed, async ({ at, to }) => {
        fc.pre(words[at] !== to);
        const proof = ethers.concat(words.map((value, i) => word(i === at ? to : value)));
        expect(await holds({ proof })).to.equal(false);
      }),
      { numRuns: 60 },
    );
  });

  it("should refuse a coordinate plus the field's order, though it is the same point", async () => {
    const { pi_a, pi_b, pi_c } = proven.raw.proof;
    const proof = encodeProof({ pi_a: [pi_a[0], (BigInt(pi_a[1]) + Q).toString()], pi_b, pi_c });
    expect(await holds({ proof })).to.equal(false);
  });

  it("should cost about as much as its pairing", async () => {
    const gas = await verifier.verify.estimateGas(programHash, proven.inputRoot, proven.outputRoot, proven.proof);
    expect(gas).to.be.lessThan(270_000n);
  });
});
