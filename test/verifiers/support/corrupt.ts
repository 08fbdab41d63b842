import { toBeHex, ZeroHash } from "ethers";

import { execute, type Memory, type Twins } from "./execute.js";
import { Mode, type Program, Region } from "./program.js";
import type { Random } from "./random.js";
import type { Word } from "./tree.js";
import type { Target } from "./witness.js";

/** Positions of body and output that a tree has, in the order of addresses; pads after their region. */
export function positionsOf(program: Program): { region: Region; position: number }[] {
  return [Region.Body, Region.Output].flatMap((region) => {
    const words = program.wordsOf(region) === 0 ? 0 : 2 ** program.depthOf(region);
    return Array.from({ length: words }, (_, position) => ({ region, position }));
  });
}

interface Place {
  readonly region: Region;
  readonly position: number;
}

/** Where lengths are off by one: the first and last word of a region, of its tree, of an operator, of what it uses. */
function edgesOf(program: Program): Place[] {
  const regions = [Region.Body, Region.Output].filter((region) => program.wordsOf(region) > 0);
  const ofRegions = regions.flatMap((region) => {
    const [words, size] = [program.wordsOf(region), 2 ** program.depthOf(region)];
    return [0, words - 1, size - 1, ...(words < size ? [words] : [])].map((position) => ({ region, position }));
  });
  let start = program.header.inWords;
  const ofOperators = program.operators.flatMap(({ words, usedWords }) => {
    const offsets = [
      0,
      words - 1,
      ...(usedWords > 0 ? [usedWords - 1] : []),
      ...(usedWords < words ? [usedWords] : []),
    ];
    const addresses = offsets.map((offset) => start + offset);
    start += words;
    return addresses.map((address) => program.placeOf(address));
  });
  return [...ofRegions, ...ofOperators];
}

function somePlace(random: Random, program: Program): Place {
  if (random.chance(50)) return random.pick(edgesOf(program));
  const region = random.pick([Region.Body, Region.Output].filter((each) => program.wordsOf(each) > 0));
  return { region, position: random.belowLarge(2 ** program.depthOf(region)) };
}

function wordAt(memory: Memory, { region, position }: Place): Word {
  const { program } = memory;
  if (position >= program.wordsOf(region)) return memory.pads[region]!.get(position) ?? ZeroHash;
  return memory.at(program.baseOf(region) + position);
}

const flip = (random: Random, word: Word): Word => toBeHex(BigInt(word) ^ (1n << BigInt(random.below(256))), 32);

/** A trace that is wrong somewhere: one word changed at the end, or in the middle and all else computed from it. */
export function corrupt(random: Random, honest: Memory, rerun: (address: number) => Memory): Memory {
  const { program } = honest;
  const target = somePlace(random, program);
  const address = program.baseOf(target.region) + target.position;
  if (target.position >= program.wordsOf(target.region)) {
    const memory = honest.copy();
    memory.pads[target.region]!.set(target.position, flip(random, ZeroHash));
    return memory;
  }
  const { index, start } = program.operatorAt(address);
  if (address - start < program.operators[index]!.usedWords && random.chance(50)) return rerun(address);
  const memory = honest.copy();
  memory.words.set(address, flip(random, honest.at(address)));
  return memory;
}

/** The first word that is wrong, and in it a lane. */
export function firstWrong(honest: Memory, committed: Memory): Target {
  const { program } = honest;
  // Trees may be too large for looking at every word: where neither has one, both are zero.
  const places = [honest, committed].flatMap(({ words, pads }): Place[] => [
    ...[...words.keys()].filter((address) => address >= program.header.inWords).map((at) => program.placeOf(at)),
    ...[Region.Body, Region.Output].flatMap((region) =>
      [...pads[region]!.keys()].map((position) => ({ region, position })),
    ),
  ]);
  const place = places
    .filter((at) => wordAt(honest, at) !== wordAt(committed, at))
    .reduce((a, b) => (a.region < b.region || (a.region === b.region && a.position <= b.position) ? a : b));
  if (place.position >= program.wordsOf(place.region)) return { ...place, lane: 0 };
  const { index } = program.operatorAt(program.baseOf(place.region) + place.position);
  const { laneBits, mode } = program.operators[index]!;
  if (mode === Mode.Piece) return { ...place, lane: 0 };
  const difference = BigInt(wordAt(honest, place)) ^ BigInt(wordAt(committed, place));
  const highestBit = difference.toString(2).length;
  return { ...place, lane: Math.floor((256 - highestBit) / laneBits) };
}

/** Runs a program again, with one bit wrong at an address and everything after computed from it. */
export function tampered(
  random: Random,
  twins: Twins,
  input: ReadonlyMap<number, Word>,
  program: Program,
): (address: number) => Memory {
  const bit = 1n << BigInt(random.below(256));
  return (address) => {
    const tamper = (at: number, word: Word): Word => (at === address ? toBeHex(BigInt(word) ^ bit, 32) : word);
    return execute(program, twins, input, { tamper });
  };
}
