import { ExecutionPool } from "@millrace/jobs";
import type { ExecutionWorker, Trace } from "@millrace/rv32";
import { expect } from "chai";

describe("ExecutionPool", () => {
  it("should start a run once, however many ask for it at once", async () => {
    let started = 0;
    const closed: number[] = [];
    const start = async (): Promise<ExecutionWorker> => {
      const number = ++started;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { close: () => Promise.resolve(closed.push(number)) } as unknown as ExecutionWorker;
    };
    const pool = new ExecutionPool(1, () => Promise.resolve({} as unknown as Trace));
    const ask = (name: string): Promise<string> => pool.use(name, start, () => Promise.resolve(name));
    expect(await Promise.all([ask("a"), ask("a"), ask("a"), ask("b")])).to.deep.equal(["a", "a", "a", "b"]);
    expect(started).to.equal(2);
    expect(closed).to.deep.equal([1]);
    await pool.closeAll();
    expect(closed).to.deep.equal([1, 2]);
  });
});
