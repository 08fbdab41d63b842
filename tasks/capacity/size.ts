import { availableParallelism } from "node:os";

import { computeRoots, multiplyAdds } from "@millrace/capacity";
import { ZERO_WORD } from "@millrace/tensor";

import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { facts } from "../lib/text.js";

/** What is measured takes about this long. */
const MEASURED_SECONDS = 2;
const MILLISECONDS = 1_000;

export default async function size(session: Session, { threads: given }: { threads: string }): Promise<void> {
  const { contracts } = await session.protocol();
  const rules = await contracts.capacity.rules();
  const threads = given === "all" ? availableParallelism() : parseWhole(given, "--threads", 1_024, 1);
  const shape = { rowsLog2: Number(rules.rowsLog2), rowWordsLog2: Number(rules.rowWordsLog2) };
  session.output.say(`Multiplying for about ${MEASURED_SECONDS} s in ${threads} threads …`);
  // Twice as many until it takes long enough: what a thread needs to start does not count for much then.
  let products = threads;
  let seconds = 0;
  for (; ; products *= 2) {
    const startedAt = performance.now();
    await computeRoots({ seed: ZERO_WORD, products, ...shape }, { threads });
    seconds = (performance.now() - startedAt) / MILLISECONDS;
    if (seconds >= MEASURED_SECONDS / 2) break;
  }
  const productsPerSecond = products / seconds;
  const windowSeconds = Number(rules.windowSeconds);
  const challengeSize = Math.ceil((productsPerSecond * windowSeconds) / 2);
  const multiplyAddsPerSecond = Math.round(multiplyAdds({ products, ...shape }) / seconds);
  session.output.result(
    { threads, products, seconds, multiplyAddsPerSecond, productsPerSecond, windowSeconds, challengeSize },
    facts([
      ["int8 multiply-adds a second", multiplyAddsPerSecond.toLocaleString("en-US")],
      ["products a second", productsPerSecond.toFixed(2)],
      ["window", `${windowSeconds} s`],
      ["challenge that takes half of it", `${challengeSize} products a unit`],
    ]),
  );
}
