import { formatCredits, formatMill } from "@millrace/sdk";
import { buildTraces, execute, type PlacedOperator, Region, rootsOf, type Traces, WORD_BYTES } from "@millrace/tensor";
import {
  accuracyOf,
  buildTraining,
  decodeTraining,
  digitSplit,
  predict,
  type TrainingJob,
  type Weights,
} from "@millrace/workloads";

import { DisputeArena } from "./lib/DisputeArena.js";
import type { Scenario } from "./lib/Scenario.js";
import { digitPicture, weightPicture } from "./lib/weightPictures.js";

/** The weight that the provider tampers with: of one neuron, for a pixel in the middle of the picture. */
const NEURON = 11;
const PIXEL = 14 * 28 + 14;

/** Turned over in the upper byte of that int16. */
const TAMPERING = 0x60;

const WEIGHT_BYTES = 2;

/** The difference of two networks is shown so many times as strong. */
const CONTRAST = 24;

const SHOWN_DIGITS = 16;

interface Run {
  readonly traces: Traces;
  readonly weights: Weights;
}

/** A training in which one update of one weight is wrong, and everything after it follows from that. */
export const scenario: Scenario = {
  name: "dispute-training",
  title: "A training with one corrupted weight update, found and proven on chain",

  async run(hre, story) {
    story.chapter("The job");
    const job = buildTraining();
    const { program, about } = job;
    const update = middleUpdate(job);
    const byte = byteOfWeight(job);
    story.line(`${about.digits} digits, ${about.epochs} epochs, ${about.hidden} hidden neurons, in whole numbers`);
    story.line(`${program.operators.length} operators write ${program.totalWords - program.header.inWords} words`);
    story.line(`program ${program.hash}`);

    story.chapter("Two executions");
    const honest = run(job);
    const corrupted = run(job, { operatorIndex: update.index, byte });
    const { heldOut } = digitSplit();
    const accuracies = [honest, corrupted].map(({ weights }) => accuracyOf(weights, heldOut));
    const changed = heldOut.filter((digit) => predict(honest.weights, digit) !== predict(corrupted.weights, digit));
    story.line(`the challenger's: ${percent(accuracies[0])} of ${heldOut.length} held-out digits right`);
    story.line(`the provider's: ${percent(accuracies[1])}, after it changed one weight in operator ${update.index}`);
    story.line(`${changed.length} digits are classified differently`);
    const picture = (file: string, caption: string, rows: readonly ArrayLike<number>[]): void => {
      story.picture(file, caption, weightPicture(rows));
    };
    picture("honest.png", "First layer of the honest result, a tile a neuron", honest.weights.first);
    picture("corrupted.png", "First layer of the corrupted result", corrupted.weights.first);
    picture("difference.png", `Their difference, ${CONTRAST} times as strong`, difference(honest, corrupted));
    if (changed.length > 0) {
      const shown = digitPicture(changed.slice(0, SHOWN_DIGITS));
      story.picture("changed.png", "Digits that the two networks take for different ones", shown);
    }

    story.chapter("On chain");
    const arena = await DisputeArena.open(hre);
    const { inputRoot } = rootsOf(honest.traces);
    const { opened, escrow } = await arena.order(job, inputRoot);
    const posted = await arena.submit(opened, job, corrupted.traces);
    story.line(`a buyer escrows ${formatCredits(escrow)} for the job, a provider takes it`);
    story.line(
      `the provider claims the result ${posted.claim.outputRoot}, with ${formatMill(posted.claim.terms.bond)} at stake`,
    );
    story.line(`the challenger's own is ${rootsOf(honest.traces).outputRoot}`);

    story.chapter("The game");
    const verdict = await arena.contest(posted, job, honest.traces, corrupted.traces, (move) => {
      story.line(`${move.by} ${move.what} (${move.gas} gas)`);
    });

    story.chapter("The end");
    const { position, lane, region } = verdict.target;
    const expected = update.start - program.header.inWords + Math.floor(byte / WORD_BYTES);
    if (region !== Region.Body || position !== expected || lane !== (byte % WORD_BYTES) / WEIGHT_BYTES)
      throw new Error(`word ${position}, lane ${lane} was proven wrong, and not what was tampered with`);
    const settled = await arena.settle(opened, posted);
    story.line(
      `proven: word ${position}, lane ${lane} of the trace, the weight of neuron ${NEURON} for pixel ${PIXEL}`,
    );
    arena.tellEnd(story, verdict, settled);
    await arena.closeBooks(story);
    return {
      operators: program.operators.length,
      words: program.totalWords,
      honestAccuracy: accuracies[0],
      corruptedAccuracy: accuracies[1],
      changedDigits: changed.length,
      moves: verdict.moves.length,
      gas: verdict.gas,
      position,
      lane,
      ...settled,
    };
  },
};

/** The update of the first layer's weights in the middle of the training. */
function middleUpdate({ program, about }: TrainingJob): PlacedOperator {
  const words = about.first.rows * 2 ** (about.first.rowLog2 + 1);
  const updates = program.operators.filter(({ laneBits, usedWords }) => laneBits === 16 && usedWords === words);
  const middle = updates.at(updates.length / 2);
  if (middle === undefined) throw new Error("the training updates no weights");
  return middle;
}

/** Where the weight lies in the int16 weights of the first layer; the result holds them as int8. */
function byteOfWeight({ about }: TrainingJob): number {
  return NEURON * 2 ** (about.first.rowLog2 + 1) * WORD_BYTES + PIXEL * WEIGHT_BYTES;
}

function run(job: TrainingJob, tampered?: { operatorIndex: number; byte: number }): Run {
  const { program, input, about } = job;
  const execution = execute(program, input, {
    onOperator: (index, words) => {
      if (index === tampered?.operatorIndex) words[tampered.byte] = (words[tampered.byte] ?? 0) ^ TAMPERING;
    },
  });
  return { traces: buildTraces(program, input, execution), weights: decodeTraining(about, execution.output) };
}

function difference(honest: Run, corrupted: Run): number[][] {
  return honest.weights.first.map((row, i) =>
    Array.from(row, (weight, k) => CONTRAST * ((corrupted.weights.first[i]?.[k] ?? 0) - weight)),
  );
}

function percent(share = 0): string {
  return `${(100 * share).toFixed(1)} %`;
}
