import { TraceTree } from "@millrace/tensor";
import { concat, getBytes, keccak256, toBeHex } from "ethers";

import { BODY_ROOT, HEADER, OUTPUT_ROOT } from "../../market/marketFixture.js";
import type { Opened } from "../../market/taskDriver.js";
import type { Dice } from "../Dice.js";
import type { Play } from "../Play.js";

const WORDS = 32;

/** Submits an output that its provider can open, or, one time in three, a root that nobody can. */
export async function submitOutput(play: Play, { taskId, order }: Opened, dice: Dice): Promise<unknown> {
  const children = Array.from({ length: WORDS }, () => keccak256(toBeHex(dice.int(1, 2 ** 30), 32)));
  const root = dice.chance(67) ? TraceTree.build(getBytes(concat(children))).root : OUTPUT_ROOT;
  const sent = await play.world.tasks.connect(play.world.agent).submit(taskId, order, HEADER, BODY_ROOT, root);
  if (root !== OUTPUT_ROOT) play.openings.set(root, children);
  return sent;
}
