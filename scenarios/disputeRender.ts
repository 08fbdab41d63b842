import { formatCredits, formatMill } from "@millrace/sdk";
import { buildTraces, execute, type PlacedOperator, Region, rootsOf, type Traces, WORD_BYTES } from "@millrace/tensor";
import { buildScene, decodeRendering, readGltf, type RenderingJob } from "@millrace/workloads";

import { DisputeArena } from "./lib/DisputeArena.js";
import { differencePicture, markedPicture } from "./lib/pixelPictures.js";
import type { Scenario } from "./lib/Scenario.js";
import { stillLife } from "./lib/stillLife.js";

const SIDE = 192;

/** Lanes of a word of hits: one a pixel, 64 bits. */
const LANES = 4;

interface Run {
  readonly traces: Traces;
  readonly picture: Buffer;
}

/** A picture whose provider saved itself the shadows: whole areas are wrong, and one pixel of them is proven. */
export const scenario: Scenario = {
  name: "dispute-render",
  title: "A picture without its shadows, proven wrong by one pixel",

  async run(hre, story) {
    story.chapter("The job");
    const mesh = await readGltf(await stillLife());
    const job = buildScene({ mesh, width: SIDE, height: SIDE });
    const { program } = job;
    story.line(`a glTF file of ${mesh.cells.length} triangles: a bunny, a ball that mirrors, a box; and a floor`);
    story.line(`${SIDE} × ${SIDE} pixels with shadows and reflections, in whole numbers`);
    story.line(`${program.operators.length} operators write ${program.totalWords - program.header.inWords} words`);
    story.line(`program ${program.hash}`);

    story.chapter("Two executions");
    const shadows = shadowHits(job);
    const honest = run(job);
    const corrupted = run(job, shadows);
    const difference = differencePicture(honest.picture, corrupted.picture);
    story.line("the challenger traces a ray from every visible point towards the lamp");
    story.line("the provider takes all points for lit, and computes the rest as it should");
    story.line(`${difference.changed} of ${SIDE * SIDE} pixels differ`);
    story.picture("honest.png", "The honest result", honest.picture);
    story.picture("corrupted.png", "The provider's result", corrupted.picture);
    story.picture("difference.png", "Where they differ", difference.png);

    story.chapter("On chain");
    const arena = await DisputeArena.open(hre);
    const { opened, escrow } = await arena.order(job, rootsOf(honest.traces).inputRoot);
    const posted = await arena.submit(opened, job, corrupted.traces);
    const { outputRoot, terms } = posted.claim;
    story.line(`a buyer escrows ${formatCredits(escrow)} for the job, a provider takes it`);
    story.line(`the provider claims the result ${outputRoot}, with ${formatMill(terms.bond)} at stake`);
    story.line(`the challenger's own is ${rootsOf(honest.traces).outputRoot}`);

    story.chapter("The game");
    const verdict = await arena.contest(posted, job, honest.traces, corrupted.traces, (move) => {
      story.line(`${move.by} ${move.what} (${move.gas} gas)`);
    });

    story.chapter("The end");
    const { position, lane, region } = verdict.target;
    const first = shadows.start - program.header.inWords;
    if (region !== Region.Body || position < first || position >= first + shadows.usedWords)
      throw new Error(`word ${position} was proven wrong, which is no hit of a ray towards the lamp`);
    const pixel = (position - first) * LANES + lane;
    const [column, row] = [pixel % SIDE, Math.floor(pixel / SIDE)];
    const settled = await arena.settle(opened, posted);
    story.line(
      `proven: word ${position}, lane ${lane} of the trace. The point at pixel ${column}, ${row} lies in the shadow`,
    );
    story.picture("pixel.png", `The pixel, in the provider's result`, markedPicture(corrupted.picture, column, row));
    arena.tellEnd(story, verdict, settled);
    await arena.closeBooks(story);
    return {
      operators: program.operators.length,
      words: program.totalWords,
      changedPixels: difference.changed,
      moves: verdict.moves.length,
      gas: verdict.gas,
      column,
      row,
      ...settled,
    };
  },
};

/** The operator with the nearest hits of the rays from visible points towards the lamp: the last that finds hits. */
function shadowHits({ program }: RenderingJob): PlacedOperator {
  const operator = program.operators.findLast(({ kernel }) => kernel === "NearestHit");
  if (operator === undefined) throw new Error("the program finds no hits");
  return operator;
}

function run({ program, input, about }: RenderingJob, tampered?: PlacedOperator): Run {
  const execution = execute(program, input, {
    onOperator: (index, words) => {
      // All ones is a miss: nothing stands before the lamp. Words behind those in use stay zero, as they must.
      if (index === tampered?.index) words.fill(0xff, 0, tampered.usedWords * WORD_BYTES);
    },
  });
  const picture = decodeRendering(about, execution.output).at(0);
  if (picture === undefined) throw new Error("there is no picture");
  return { traces: buildTraces(program, input, execution), picture };
}
