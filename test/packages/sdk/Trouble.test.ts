import { expect } from "chai";

import { Trouble } from "@millrace/sdk";

describe("Trouble", () => {
  it("should be told once, when its reason changes, now and then while it lasts, and when it is over", () => {
    const lines: [fields: object, message: string | undefined][] = [];
    const line = (fields: unknown, message?: string): void => void lines.push([fields as object, message]);
    let nowMs = 0;
    const logger = { info: line, warn: line } as never;
    const trouble = new Trouble({ logger, message: "round failed", everyMs: 1_000, nowMs: () => nowMs });
    const told = (): unknown[] => lines.splice(0);

    trouble.over();
    expect(told()).to.deep.equal([]);
    for (nowMs = 0; nowMs < 1_000; nowMs += 10) trouble.failed({ reason: "down" });
    expect(told()).to.deep.equal([[{ reason: "down" }, "round failed"]]);
    trouble.failed({ reason: "down" });
    trouble.failed({ reason: "down" });
    expect(told()).to.deep.equal([[{ reason: "down", failures: 101 }, "round failed"]]);
    trouble.failed({ reason: "wrong" });
    expect(told()).to.deep.equal([[{ reason: "wrong", failures: 103 }, "round failed"]]);
    trouble.over();
    trouble.over();
    expect(told()).to.deep.equal([[{ failures: 103 }, "it goes on again"]]);
    trouble.failed({ reason: "wrong" });
    expect(told()).to.deep.equal([[{ reason: "wrong" }, "round failed"]]);
  });
});
