import { buildTraces, execute, Region, rootsOf } from "@millrace/tensor";
import { buildConvolutional } from "@millrace/workloads";
import { expect } from "chai";
import hre from "hardhat";

import { DisputeArena } from "../../scenarios/lib/DisputeArena.js";

describe("dispute about the training of a convolutional network", () => {
  it("corners one weight of one filter, with everything after it consistent, and slashes", async () => {
    const job = buildConvolutional({ digits: 64, batch: 32, epochs: 2, filters: 4 });
    const { program, input } = job;
    const honest = buildTraces(program, input, execute(program, input));
    const updates = program.operators.filter(({ kernel }) => kernel === "ConvolutionGradient");
    const target = updates[Math.floor(updates.length / 2)]!;
    const onOperator = (index: number, words: Uint8Array): void => {
      if (index === target.index) words[38]! ^= 0x20;
    };
    const corrupted = buildTraces(program, input, execute(program, input, { onOperator }));

    const arena = await DisputeArena.open(hre);
    const { opened } = await arena.order(job, rootsOf(honest).inputRoot);
    const posted = await arena.submit(opened, job, corrupted);
    const verdict = await arena.contest(posted, job, honest, corrupted, () => undefined);
    // Byte 38 is in the second word, lane 3 of 16 bits: the upper byte of one tap.
    const position = target.start - program.header.inWords + 1;
    expect(verdict.target).to.deep.equal({ region: Region.Body, position, lane: 3 });
    const { refunded, burned } = await arena.settle(opened, posted);
    expect([refunded > 0n, burned > 0n]).to.deep.equal([true, true]);
  });
});
