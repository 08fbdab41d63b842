import type { Section } from "./Section.js";
import { finality } from "./finality.js";
import { machineGames } from "./machineGames.js";
import { opGame } from "./opGame.js";
import { tensorGames } from "./tensorGames.js";

/** In the order of the page. */
export const SECTIONS: readonly Section[] = [tensorGames, machineGames, opGame, finality];
