import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { Report } from "../../../scripts/report/Report.js";
import { deepDescribe } from "../../support/deep.js";

const PROGRAM = fileURLToPath(new URL("lonelyMember.ts", import.meta.url));
/** Epochs of the run: a month of epochs of an hour. */
const EPOCHS = 700;
/** Until then programs are compiled, and what is kept of epochs fills up. */
const WARM_UP = 150;
const KIB = 1_024;
/** A kilobyte and a half an epoch: thirteen megabytes in a year of hours. */
const MOST_GROWTH_KIB = 1.5 * (EPOCHS - WARM_UP);

/** What a process uses of its heap after each so many epochs when nothing is left to collect, KiB by epoch. */
async function heapsOf(epochs: number): Promise<Map<number, number>> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-memory-"));
  const heaps = new Map<number, number>();
  try {
    const args = ["--expose-gc", "--import", "tsx", PROGRAM, folder, String(epochs)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [kind, epoch, , heap, outside] = line.split(" ");
      if (kind === "heap") heaps.set(Number(epoch), (Number(heap) + Number(outside)) / KIB);
    });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    expect(code).to.equal(0);
    return heaps;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

deepDescribe("the memory of a member", () => {
  it("should be after hundreds of epochs what it is after some", async function () {
    this.timeout(0);
    const report = new Report("oracle-memory");
    const heaps = await heapsOf(EPOCHS);
    const [first, last] = [WARM_UP, EPOCHS].map((epoch) => heaps.get(epoch)!) as [number, number];
    const source = `one member in a process with its database, memory after forced collection, ${EPOCHS} epochs`;
    for (const epoch of [WARM_UP, EPOCHS]) {
      report.add({
        id: `oracle.memory.epoch-${epoch}`,
        value: Math.round(heaps.get(epoch)!),
        unit: "KiB",
        what: `heap and buffers in use after epoch ${epoch}`,
        source,
      });
    }
    report.write();
    expect(last - first, [...heaps].join(" ")).to.be.below(MOST_GROWTH_KIB);
  });
});
