import {
  buildTraces,
  type Execution,
  kernelByName,
  kernelCodeHash,
  type LaneBits,
  makeWitness,
  Mode,
  Program,
  type Range,
  Region,
  rootsOf,
} from "@millrace/tensor";
import { toBeHex } from "ethers";
import hre from "hardhat";

import { prove as proveWord } from "../../test/claims/support/commitments.js";
import { type ClaimsWorld, deployClaims, makeClaim, post, State } from "../../test/claims/support/claims.js";
import { WORST_CASES, type WorstCase } from "../../test/kernels/worstCases.js";
import { number, table } from "../markdown.js";
import type { Section } from "./Section.js";

/** Words of the input: its tree is as deep as those of the jobs of this repository. */
const INPUT_WORDS = 2 ** 16;
const OPERATOR_WORDS = 32;
const WORD_BYTES = 32;

/** No transaction of a dispute may cost more. */
const LIMIT = 10_000_000;

/** Lanes of the result of each worst case, where they are not of 32 bits. */
const LANE_BITS: Readonly<Record<string, LaneBits>> = {
  ...{ Pool: 8, PoolGradient: 8, Rearrange: 8, Transpose: 8, Softmax: 8, Lookup: 8, Elementwise: 8, Rescale: 8 },
  ...{ LayerNorm: 16, NearestHit: 64, Gather: 256, Random: 256, HashChain: 256, CameraRays: 256, Bounce: 256 },
};

/** Proves one wrong lane of every kernel's dearest call, each in one transaction against a claim. */
export const kernelProofs: Section = {
  name: "kernels",
  title: "Direct proofs, the dearest of each kernel",
  measure: async (report) => {
    const { ethers } = await hre.network.create();
    const world = await deployClaims(ethers);
    const rows: (readonly [name: string, words: number, gas: number])[] = [];
    for (const [index, [name, worst]] of Object.entries(WORST_CASES).entries()) {
      const kernel = await ethers.deployContract(name);
      await world.registry.admit(kernel);
      const { gas, words } = await prove(world, BigInt(index + 1) << 8n, name, await kernel.getAddress(), worst);
      if (gas > LIMIT) throw new Error(`a direct proof for ${name} costs ${gas} gas, more than ${LIMIT}`);
      report.add({
        id: `disputes.direct.gas.${name}`,
        value: gas,
        unit: "gas",
        what: `whole transaction that proves one lane of ${name} wrong, in its worst case, ${words} words read`,
        source: `receipt of ResultClaims.prove; the operands lie in an input of ${INPUT_WORDS} words`,
      });
      rows.push([name, words, gas]);
    }
    return [
      "One transaction each: the words that the lane reads with their paths, the kernel's three calls, and the slash. The longest rows, every optional operand, every triangle hit; a search by random change of params and words found none that cost more.",
      "",
      ...table(
        ["kernel", "words read", "gas of `prove`"],
        rows.map(([name, words, gas]) => [`\`${name}\``, number(words), number(gas)]),
      ),
    ];
  },
};

async function prove(
  world: ClaimsWorld,
  claimId: bigint,
  name: string,
  address: string,
  worst: WorstCase,
): Promise<{ gas: number; words: number }> {
  const { params, piece, lane } = worst;
  const laneBits = LANE_BITS[name] ?? 32;
  const operator = {
    ...{ kernel: name, kernelCodeHash: kernelCodeHash(name), words: OPERATOR_WORDS, usedWords: OPERATOR_WORDS },
    ...{ mode: Mode.Lane, pieceLog2: 0, laneBits, params },
  };
  const program = new Program(INPUT_WORDS, [], [operator]);
  const { input, words } = operands(worst, name);
  const right = kernelByName(name).compute(params, piece, lane, words).at(0) ?? 0n;
  const output = new Uint8Array(OPERATOR_WORDS * WORD_BYTES);
  // A bit of the lane turned over.
  const shown = (right ^ 1n) << BigInt(256 - laneBits * (lane + 1));
  output.set(Buffer.from(toBeHex(shown, WORD_BYTES).slice(2), "hex"), piece * WORD_BYTES);
  const execution: Execution = { body: new Uint8Array(), output };
  const traces = buildTraces(program, input, execution);
  const claim = makeClaim(world, program as never, { header: program.header, ...rootsOf(traces) });
  await post(world, claimId, claim);
  const target = { region: Region.Output, position: piece, lane };
  const witness = makeWitness(program, traces, target, { kernelAddress: () => address });
  // The tests' own reference has enums of its own, with the same values.
  const [place, evidence] = [target as never, witness as never];
  const sent = await proveWord(world.claims.connect(world.challenger), claimId, claim, place, evidence);
  const receipt = await sent.wait();
  if (Number(await world.claims.stateOf(claimId)) !== (State.Slashed as number))
    throw new Error(`${name} was not proven wrong`);
  return { gas: Number(receipt?.gasUsed), words: words.length };
}

/** An input in which the kernel finds the words of its worst case, and what it reads then. */
function operands({ params, piece, lane, words }: WorstCase, name: string): { input: Uint8Array; words: bigint[] } {
  const kernel = kernelByName(name);
  const input = new Uint8Array(INPUT_WORDS * WORD_BYTES);
  const written = new Set<number>();
  let next = 0;
  const read = ({ start, log2 }: Range): bigint[] =>
    Array.from({ length: 2 ** log2 }, (_, i) => {
      const at = start + i;
      // Ranges may overlap: then the first one's words stand.
      const word = words.at(Math.min(next++, words.length - 1)) ?? 0n;
      if (at < INPUT_WORDS && !written.has(at)) {
        input.set(Buffer.from(toBeHex(word, WORD_BYTES).slice(2), "hex"), at * WORD_BYTES);
        written.add(at);
      }
      return at < INPUT_WORDS ? BigInt(`0x${Buffer.from(input.subarray(at * 32, at * 32 + 32)).toString("hex")}`) : 0n;
    });
  const first = kernel.first(params, piece, lane);
  const firstWords = first === undefined ? [] : read(first);
  return { input, words: [...firstWords, ...kernel.reads(params, piece, lane, firstWords).flatMap(read)] };
}
