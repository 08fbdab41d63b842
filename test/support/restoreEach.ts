import type { Connection } from "./deployMillrace.js";

/** Lets each test of a suite begin with what its `before` has left. To be called in the suite, after that. */
export function restoreEach(networkHelpers: Connection["networkHelpers"]): void {
  let restore: () => Promise<void>;

  beforeEach(async () => {
    const snapshot = await networkHelpers.takeSnapshot();
    restore = () => snapshot.restore();
  });

  afterEach(async () => restore());
}
