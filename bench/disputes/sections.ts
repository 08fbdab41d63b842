import type { Section } from "./Section.js";
import { tensorGames } from "./tensorGames.js";

/** In the order of the page. */
export const SECTIONS: readonly Section[] = [tensorGames];
