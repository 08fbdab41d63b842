import { formatEther } from "ethers";

import { formatCredits } from "../units/credits.js";
import { formatDuration } from "../units/duration.js";
import { shortHex } from "../units/hex.js";
import type { LabelSet } from "../units/labels.js";
import { formatKinds, LABELS, labelOf, labelsOf } from "../units/labels.js";
import { formatMill } from "../units/mill.js";
import { formatPpm } from "../units/ppm.js";
import { formatRate } from "../units/rate.js";
import { formatTime } from "../units/time.js";
import { formatWad } from "../units/wad.js";

const FORMATS: Readonly<Record<string, (value: bigint) => string>> = {
  mill: formatMill,
  credits: formatCredits,
  rate: formatRate,
  wad: formatWad,
  ppm: formatPpm,
  duration: formatDuration,
  time: formatTime,
  eth: (wei) => `${formatEther(wei)} ETH`,
  share: (wad) => formatPpm(wad / 10n ** 12n),
  opcode: (code) => `0x${code.toString(16).padStart(2, "0")}`,
  kinds: formatKinds,
  LeaseStatuses: (bits) => labelsOf("LeaseStatus", bits),
  TaskStatuses: (bits) => labelsOf("TaskStatus", bits),
  ChunkStatuses: (bits) => labelsOf("ChunkStatus", bits),
  OrderStatuses: (bits) => labelsOf("OrderStatus", bits),
  SeatStatuses: (bits) => labelsOf("SeatStatus", bits),
  ChannelStatuses: (bits) => labelsOf("ChannelStatus", bits),
};

/** The unit that an error's argument `name` tells by its last word. */
export const NAMED = "named";

/** Units that a sentence may name after a colon. */
export function isUnit(unit: string): boolean {
  return unit === "hex" || unit === NAMED || unit in FORMATS || unit in LABELS;
}

/** An error's argument for people; without a unit, hashes and addresses are shortened and the rest is shown plainly. */
export function formatArgument(value: unknown, unit?: string): string {
  if (typeof value === "bigint") {
    if (unit !== undefined && unit in LABELS) return labelOf(unit as LabelSet, value);
    return unit === undefined ? value.toString() : (FORMATS[unit]?.(value) ?? value.toString());
  }
  const text = String(value);
  return /^0x[0-9a-f]*$/i.test(text) ? shortHex(text) : text;
}
