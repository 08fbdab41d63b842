import { buildTraces, execute, rootsOf } from "@millrace/tensor";
import { buildConvolutional, buildTraining, resultFiles, TRAINING_LARGE } from "@millrace/workloads";

import { number, table } from "../markdown.js";
import type { Section } from "./Section.js";

/** Trains both networks as jobs and counts the held-out digits that they take for what they are. */
export const trainings: Section = {
  name: "trainings",
  title: "Trainings in whole numbers",
  measure: (report) => {
    const jobs = [
      {
        id: "mlp",
        what: "network with one hidden layer of 64 neurons",
        job: buildTraining(TRAINING_LARGE),
        least: 0.94,
      },
      { id: "conv", what: "convolutional network of 16 filters", job: buildConvolutional(), least: 0.97 },
    ];
    const rows = jobs.map(({ id, what, job: { program, input, about }, least }) => {
      const before = process.cpuUsage();
      const execution = execute(program, input);
      const seconds = process.cpuUsage(before).user / 1e6;
      const { accuracy = 0 } = resultFiles(about, execution.output);
      if (accuracy < least) throw new Error(`the ${what} reaches ${accuracy}, less than ${least}`);
      const { bodyRoot } = rootsOf(buildTraces(program, input, execution));
      report.add({
        id: `training.accuracy.${id}`,
        value: accuracy,
        unit: "ratio",
        what: `held-out MNIST digits that a ${what} takes for what they are, trained as a job`,
        source: `decoded from the output region of program ${program.hash}, trace ${bodyRoot}`,
      });
      return [
        what,
        number(program.operators.length),
        number(program.totalWords),
        seconds.toFixed(1),
        accuracy.toFixed(4),
      ];
    });
    return Promise.resolve([
      "Every word of these trainings can be proven wrong on chain, and the result is the same to the bit wherever they run.",
      "",
      ...table(
        ["trained", "operators", "words", "processor seconds, without the trace", "held-out digits right"],
        rows,
      ),
    ]);
  },
};
