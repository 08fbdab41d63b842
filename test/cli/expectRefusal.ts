import { expect } from "chai";

import type { Connection } from "../support/deployMillrace.js";
import type { Outcome } from "./CommandLine.js";
import type { VerbRunner } from "./VerbRunner.js";

/** One sentence, what to do, and no stack. */
export function expectRefusal({ code, stderr, stdout }: Outcome, sentence: RegExp): void {
  expect(stderr).to.match(sentence);
  expect(stderr.trim().split("\n"), stderr).to.have.length(1);
  expect(stderr).to.match(/^Error: .+\. .+/);
  expect(stdout + stderr).not.to.match(/\n\s+at /);
  expect(code).to.equal(1);
}

/** Runs a line that is refused, with nothing sent. */
export async function expectRefused(
  { networkHelpers }: Connection,
  verbs: VerbRunner,
  line: string,
  sentence: RegExp,
): Promise<void> {
  const before = await networkHelpers.time.latestBlock();
  expectRefusal(await verbs.run(line), sentence);
  expect(await networkHelpers.time.latestBlock(), line).to.equal(before);
}
