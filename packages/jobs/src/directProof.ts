import {
  buildTraces,
  type Bundle,
  type Execution,
  findFraud,
  makeWitness,
  type Traces,
  type Witness,
  type WitnessOptions,
  type WordAddress,
} from "@millrace/tensor";

/** The proof of a wrong word of a published trace, or undefined if it has none. */
export function directProof(
  { program, input }: Bundle,
  honest: Traces,
  published: Execution,
  options: WitnessOptions,
): { target: WordAddress; witness: Witness } | undefined {
  const committed = buildTraces(program, input, published);
  const target = findFraud(program, honest, committed);
  if (target === undefined) return undefined;
  return { target, witness: makeWitness(program, committed, target, options) };
}
