import { finality } from "./finality.js";
import { kernelProofs } from "./kernelProofs.js";
import { machineGames } from "./machineGames.js";
import { opGame } from "./opGame.js";
import type { Section } from "./Section.js";
import { tensorGames } from "./tensorGames.js";
import { traceCost } from "./traceCost.js";
import { trainings } from "./trainings.js";
import { vouches } from "./vouches.js";

/** In the order of the page. */
export const SECTIONS: readonly Section[] = [
  tensorGames,
  machineGames,
  opGame,
  finality,
  kernelProofs,
  vouches,
  traceCost,
  trainings,
];
