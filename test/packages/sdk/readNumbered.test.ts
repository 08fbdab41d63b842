import { CALLS_AT_ONCE, readNumbered } from "@millrace/sdk";
import { expect } from "chai";

describe("readNumbered", () => {
  const read = async (count: number, until = Infinity) => {
    const asked: number[] = [];
    const found: (readonly [number, string])[] = [];
    let underWay = 0;
    let most = 0;
    const values = readNumbered(count, async (number) => {
      asked.push(number);
      most = Math.max(most, (underWay += 1));
      await Promise.resolve();
      underWay -= 1;
      return `#${number}`;
    });
    for await (const value of values) {
      found.push(value);
      if (value[0] === until) break;
    }
    return { asked, found, most };
  };

  it("should read all numbers from 1 on, in order, some at a time", async () => {
    for (const count of [0, 1, CALLS_AT_ONCE, CALLS_AT_ONCE + 1, 3 * CALLS_AT_ONCE - 1]) {
      const { found, most } = await read(count);
      expect(found).to.deep.equal(Array.from({ length: count }, (_, i) => [i + 1, `#${i + 1}`]));
      expect(most).to.equal(Math.min(count, CALLS_AT_ONCE));
    }
  });

  it("should ask for no more once its caller stops", async () => {
    const { asked, found } = await read(10 * CALLS_AT_ONCE, CALLS_AT_ONCE + 3);
    expect(found.length).to.equal(CALLS_AT_ONCE + 3);
    expect(asked.length).to.equal(2 * CALLS_AT_ONCE);
  });
});
