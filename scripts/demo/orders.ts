import { buildRendering, buildTraining, type RenderingJob, type TrainingJob } from "@millrace/workloads";

/** What the buyer will order, prepared before the clock runs. */
export interface Orders {
  readonly training: TrainingJob;
  readonly rendering: RenderingJob;
}

/** Builds the programs and packs their data: ten thousand digits, a rabbit. */
export function prepareOrders(): Orders {
  return { training: buildTraining(), rendering: buildRendering() };
}
