import { execute, InputWriter, momentumStep, ProgramBuilder, readRow, requantise } from "@millrace/tensor";
import { expect } from "chai";

const LANES = 32;

/** `value / 2^shift`, rounded half away from zero, within int16. */
function step(value: number, shift: number): number {
  const rounded = Math.sign(value) * Math.floor(Math.abs(value) / 2 ** shift + 0.5);
  return Math.max(-32_768, Math.min(32_767, rounded));
}

describe("momentumStep", () => {
  it("keeps a part of the velocity, adds the gradient, and goes along it: exact before one rounding each", () => {
    const builder = new ProgramBuilder();
    const [weights, velocity, gradient] = ["weights", "velocity", "gradient"].map((name) =>
      builder.input(name, { rows: 1, columns: LANES, laneBits: 16 }),
    );
    const options = { decay: 230, gain: 26, rate: 19, shift: 8 };
    const first = momentumStep(builder, "first", { ...options, weights, velocity, gradient });
    const second = momentumStep(builder, "second", { ...options, ...first, gradient });
    requantise(builder, "result", { operand: second.weights, laneBits: 16, output: true });
    const program = builder.build();
    const values = (seed: number): number[] =>
      Array.from({ length: LANES }, (_, i) => ((i * seed * 7_919) % 65_536) - 32_768);
    const [w, v, g] = [values(3), values(5), values(11)];
    const writer = new InputWriter(program).row(weights, 0, w).row(velocity, 0, v).row(gradient, 0, g);
    const { body } = execute(program, writer.bytes);
    const found = readRow(body, second.weights, 0);
    w.forEach((weight, i) => {
      const once = step(v[i]! * 230 + g[i]! * 26, 8);
      const moved = step(weight * 256 - once * 19, 8);
      const twice = step(once * 230 + g[i]! * 26, 8);
      expect(found[i], `lane ${i}`).to.equal(step(moved * 256 - twice * 19, 8));
    });
  });
});
