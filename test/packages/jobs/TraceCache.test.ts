import { TraceCache } from "@millrace/jobs";
import type { Traces } from "@millrace/tensor";
import { expect } from "chai";

describe("TraceCache", () => {
  let made: string[];
  let cache: TraceCache;

  const get = (name: string): Promise<Traces> =>
    cache.get(name, () => {
      made.push(name);
      return Promise.resolve({} as Traces);
    });

  beforeEach(() => {
    made = [];
    cache = new TraceCache(2);
  });

  it("should keep those that were asked for last, and make each once, however many ask", async () => {
    const [one, other] = await Promise.all([get("a"), get("a")]);
    expect(one).to.equal(other);
    for (const name of ["b", "a", "c", "a", "b"]) await get(name);
    expect(made).to.deep.equal(["a", "b", "c", "b"]);
  });

  it("should make again what failed, and what it was told to forget", async () => {
    await cache.get("a", () => Promise.reject(new Error("no"))).catch(() => undefined);
    await get("a");
    cache.forget("a");
    await get("a");
    expect(made).to.deep.equal(["a", "a"]);
  });
});
