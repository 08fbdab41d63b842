import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { runHere } from "../../../scripts/conformance/runHere.js";

const PROGRAMS = join(import.meta.dirname, "conformance");

/** What the emulator left of a program. */
interface Expected {
  readonly exit: number;
  readonly start: number;
  readonly end: number;
  readonly sha256: string;
}

describe("conformance", () => {
  const names = readdirSync(PROGRAMS).filter((file) => file.endsWith(".elf"));

  it("should have programs of both compilers", () => {
    expect(names.some((name) => name.includes("gcc")) && names.some((name) => name.includes("clang"))).to.equal(true);
  });

  for (const name of names) {
    it(`should end as qemu-riscv32 does: ${name}`, () => {
      const text = readFileSync(join(PROGRAMS, name.replace(/elf$/, "json")), "utf8");
      const { exit, start, end, sha256 } = JSON.parse(text) as Expected;
      const here = runHere(join(PROGRAMS, name));
      expect(here.exit).to.equal(exit);
      const memory = createHash("sha256").update(here.memory.subarray(start, end)).digest("hex");
      expect(memory).to.equal(sha256);
      expect(here.steps > 1_000n, "it must do something").to.equal(true);
    });
  }
});
