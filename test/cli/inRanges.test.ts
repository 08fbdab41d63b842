import { expect } from "chai";

import { inRanges } from "../../tasks/lib/inRanges.js";

describe("inRanges", () => {
  it("should write numbers in a row as one, and leave none out", () => {
    for (const [numbers, text] of [
      [[], ""],
      [[4], "4"],
      [[4, 5], "4–5"],
      [[0, 2, 3, 4, 9, 11, 12], "0, 2–4, 9, 11–12"],
    ] as const) {
      expect(inRanges(numbers)).to.equal(text);
    }
  });
});
