/** The parts of the work, in order. */
export const STEPS = ["signatures", "leaves", "root", "file"] as const;

export type Step = (typeof STEPS)[number];

/** Told now and then how much of a step is done, from 0 to 1. */
export type Progress = (step: Step, share: number) => void;
