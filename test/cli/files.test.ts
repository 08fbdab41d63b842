import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import hre from "hardhat";
import { expect } from "chai";

import { expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();

/** Where the system has no folders of ours; Node's own recursive mkdir never returns from there. */
const NOWHERE = "/proc/millrace/out";

describe("files that tasks write", () => {
  let at: VerbWorld;
  let folder: string;

  before(async () => {
    at = await verbWorld(connection);
    folder = mkdtempSync(join(tmpdir(), "millrace-files-"));
  });

  after(async () => {
    rmSync(folder, { recursive: true });
    await at.dispose();
  });

  const open = (bundles: string) =>
    `job open --workload render --size small --small-job --response 5s --bundles ${bundles} --from ${FROM.buyer}`;

  it("should be refused with the option that names the place, before anything is sent", async () => {
    const sentence = (option: string) => new RegExp(`${option} names /proc/millrace/out.*, which cannot be written`);
    await expectRefused(connection, at.verbs, `${open(NOWHERE)} --yes`, sentence("--bundles"));
    const quote = `quote sign --node 1 --rate 1/h --out ${NOWHERE}/quote.json --from ${FROM.alice}`;
    await expectRefused(connection, at.verbs, quote, sentence("--out"));
  });

  it("should be named as they were given", async () => {
    const line = `job open --bundle nowhere --from ${FROM.buyer} --yes`;
    await expectRefused(connection, at.verbs, line, /^Error: nowhere\/job\.json cannot be read/);
  });

  it("should be refused as such when they have no path at all, and never with a gap in the sentence", async () => {
    const from = `--yes --from ${FROM.alice}`;
    for (const [line, option] of [
      [`quote sign --node 1 --rate 1/h --from ${FROM.alice} --out `, "--out"],
      [`quote take --seconds 10m ${from} --quote `, "--quote"],
      ["oracle verify --file ", "--file"],
      [`oracle prove ${from} --file `, "--file"],
      [`channel redeem ${from} --voucher `, "--voucher"],
    ] as const) {
      await expectRefused(connection, at.verbs, line, new RegExp(`^Error: ${option} is empty\\. Give a path\\.\n$`));
    }
    const missing = join(folder, "missing");
    for (const [line, option] of [
      [`quote take --seconds 10m ${from} --quote ${missing}`, "--quote"],
      [`channel redeem-many ${from} --vouchers ${missing}`, "--vouchers"],
      [`oracle prove ${from} --file ${folder}`, "--file"],
    ] as const) {
      await expectRefused(connection, at.verbs, line, new RegExp(`${option} names ${folder}.*, which cannot be read`));
    }
  });

  it("should be there before what they belong to is ordered", async () => {
    const bundles = join(folder, "bundles");
    const { bundleHash } = await at.verbs.json(`${open(bundles)} --yes`);
    expect(readdirSync(bundles)).to.deep.equal([bundleHash]);
    expect(readdirSync(join(bundles, bundleHash as string)).sort()).to.deep.equal(["input.bin", "job.json"]);
  });
});
