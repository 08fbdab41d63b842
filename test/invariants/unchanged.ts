import { expect } from "chai";

import { differences, type Fingerprint } from "./fingerprint.js";
import type { Play } from "./Play.js";

/**
 * Does something and expects that it changes nothing of a fingerprint beyond what the second that it takes changes by
 * itself: the same chain is looked at with an empty block in its place.
 */
export async function unchanged(
  id: string,
  play: Play,
  look: (play: Play) => Promise<Fingerprint>,
  act: () => Promise<unknown>,
): Promise<void> {
  const { networkHelpers } = play.connection;
  const snapshot = await networkHelpers.takeSnapshot();
  await networkHelpers.mine();
  const before = await look(play);
  await snapshot.restore();
  await act();
  expect(differences(before, await look(play)), id).to.deep.equal([]);
}
