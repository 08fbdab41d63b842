import { CAPACITY_SENTENCES } from "./capacity.js";
import { CHECK_SENTENCES } from "./checks.js";
import { CLAIM_SENTENCES } from "./claims.js";
import { COMMON_SENTENCES } from "./common.js";
import { HARDWARE_SENTENCES } from "./hardware.js";
import { MARKET_SENTENCES } from "./market.js";
import type { Sentences } from "./Sentence.js";
import { SETTLEMENT_SENTENCES } from "./settlement.js";
import { STAKING_SENTENCES } from "./staking.js";
import { UPTIME_SENTENCES } from "./uptime.js";

/** What is said of every custom error that has a sentence of its own. */
export const SENTENCES: Sentences = {
  ...COMMON_SENTENCES,
  ...SETTLEMENT_SENTENCES,
  ...STAKING_SENTENCES,
  ...HARDWARE_SENTENCES,
  ...MARKET_SENTENCES,
  ...CLAIM_SENTENCES,
  ...UPTIME_SENTENCES,
  ...CAPACITY_SENTENCES,
  ...CHECK_SENTENCES,
};
