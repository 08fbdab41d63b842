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

function wordAt(memory: Memory, { region, position }: { region: Region; position: number }): Word {
  const { program } = memory;
  if (position >= program.wordsOf(region)) return memory.pads[region]!.get(position) ?? ZeroHash;
  return memory.at(program.baseOf(region) + position);
}

const flip = (random: Random, word: Word): Word => toBeHex(BigInt(word) ^ (1n << BigInt(random.below(256))), 32);

/** A trace that is wrong somewhere: one word changed at the end, or in the middle and all else computed from it. */
export function corrupt(random: Random, honest: Memory, rerun: (address: number) => Memory): Memory {
  const target = random.pick(positionsOf(honest.program));
  const { program } = honest;
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
  const place = positionsOf(program).find((at) => wordAt(honest, at) !== wordAt(committed, at))!;
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
