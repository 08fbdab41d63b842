import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { readOrder, readRun, RunDefence, serveBundles } from "@millrace/jobs";
import { Execution, programOfElf } from "@millrace/rv32";
import { expect } from "chai";
import hre from "hardhat";
import { readFileSync } from "node:fs";

import { expectRefusal, expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const ELF = fileURLToPath(new URL("../../examples/guest/elf/regex.elf", import.meta.url));
const TEXT = "[0-9]+ (steps|gas)$\nit took 4711 steps\nnobody saw it\n";
const SLASHED = 3n;

describe("tasks of programs for a machine", () => {
  let at: VerbWorld;
  let host: Awaited<ReturnType<typeof serveBundles>>;
  const folder = mkdtempSync(join(tmpdir(), "millrace-machine-"));
  const input = join(folder, "text");

  before(async () => {
    at = await verbWorld(connection);
    host = await serveBundles({ folder: join(folder, "bundles"), host: "127.0.0.1", port: 0 });
    writeFileSync(input, TEXT);
  });

  after(async () => {
    await host.server.close();
    await at.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const as = (party: keyof typeof FROM) => `--from ${FROM[party]} --yes`;
  const machine = "--memory 512K --max-steps 16M";
  const open = (elf: string, rest = machine) =>
    `job open --elf ${elf} --input ${input} ${rest} --bundles ${join(folder, "bundles")} --url ${host.url} ` +
    `--start-price 2 --max-price 2 ${as("buyer")}`;

  const refused = (line: string, sentence: RegExp) => expectRefused(connection, at.verbs, line, sentence);

  it("should refuse files that no machine could run, and sizes that it cannot have", async () => {
    const file = (name: string, bytes: Uint8Array): string => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const elf = readFileSync(ELF);
    const wide = Uint8Array.from(elf);
    wide[4] = 2;
    await refused(open(file("empty.elf", new Uint8Array())), /The file is no ELF file/);
    await refused(open(file("cut.elf", elf.subarray(0, 300))), /cut off/);
    await refused(open(file("wide.elf", wide)), /machine of 64 bits/);
    await refused(open(folder), /--elf names .*, which is not a file/);
    await refused(open(join(folder, "missing.elf")), /--elf names .*cannot be read/);
    await refused(open(ELF, "--memory 300K"), /--memory is "300K".*power of two/);
    await refused(open(ELF, "--memory 16K"), /memory of 2\^14 bytes/);
    await refused(open(ELF, "--memory 512K --max-steps 9000T"), /At most .* steps/);
    await refused(open(ELF, "--memory 512K --max-steps many"), /--max-steps is "many"/);
  });

  it("should quote a program by running it, and refuse to quote what is none", async () => {
    const quote = `job quote --elf ${ELF} --input ${input} ${machine}`;
    const { run, startPrice, seconds } = await at.verbs.json(quote);
    expect(run)
      .to.have.property("end")
      .that.matches(/steps, then exit with code 0$/);
    expect(seconds).to.equal((run as { seconds: number }).seconds);
    const { startPrice: dearer } = await at.verbs.json(`${quote} --seconds ${10 * (seconds as number)}`);
    expect(BigInt(dearer as string)).to.equal(10n * BigInt(startPrice as string));
    expect((await at.verbs.run(quote)).stdout).to.match(/run here +[\d,]+ steps, then exit with code 0, in/);
    expect((await at.verbs.run(`${quote} --max-steps 1K`)).stdout).to.include("1,024 steps, then stopped at its limit");
    await refused(`job quote --elf ${folder}`, /--elf names .*, which is not a file\. Give a static program/);
    await refused(`job quote --elf ${input}`, /The file is no ELF file/);
    await refused(`${quote} --memory 300K`, /--memory is "300K"/);
  });

  it("should go from the order to a claim, whose data are demanded, shown, and else cost the bond", async () => {
    const preview = await at.verbs.run(open(ELF).replace("--yes", "--dry-run"));
    expect(preview.stdout).to.match(/at most 16,777,216 steps[^]*524,288 bytes, a quarter/);
    const opened = await at.verbs.json(open(ELF));
    expect(opened).to.include({ taskId: 1, market: "machine" });
    const task = "--market machine --task 1";
    await refused(`dispute show ${task}`, /Task 1 has no result yet.*job watch --market machine/);
    await at.verbs.json(`job accept ${task} --node 1 ${as("alice")}`);
    // What would be refused after the work is refused before it.
    const submit = `job submit ${task} --from ${FROM.alice} --results`;
    for (const [line, sentence] of [
      [`${submit} ${join(folder, "results")}`, /Nobody can be asked here/],
      [`${submit} ${input}/results --yes`, /--results names .*\/text\/results.*, which cannot be written/],
      [`job submit ${task} --yes --from ${FROM.alice} --results `, /--results is empty\. Give a path\./],
      [`${submit} ${join(folder, "results")} --yes`.replace(`--from ${FROM.alice}`, "--from 99"), /key of account 99/],
    ] as const) {
      const early = await at.verbs.run(line);
      expectRefusal(early, sentence);
      expect(early.stdout, line).to.equal("");
    }
    const submitted = await at.verbs.run(`job submit ${task} --results ${join(folder, "results")} ${as("alice")}`);
    expect(submitted.stdout).to.match(/steps, then exit with code 0/);
    expect(await at.verbs.json(`dispute open ${task} ${as("bob")}`)).to.include({ isRight: true, state: "open" });
    await refused(`dispute prove ${task} ${as("bob")}`, /opening game only.*dispute open --market machine/);
    const { tasks } = await at.verbs.json("job list");
    expect((tasks as { market: string; status: string }[])[0]).to.include({ market: "machine", status: "submitted" });

    await refused(
      `job fetch ${task} --out ${folder}`,
      /The node of task 1 has not said where its results are\. .*dispute demand --market machine --task 1\./,
    );
    const demand = `dispute demand ${task} --out ${join(folder, "out.txt")} ${as("buyer")}`;
    await refused(`${demand} --region body`, /--region is "body".*input or output/);
    await refused(`dispute demand --task 1 ${as("buyer")}`, /There is no task 1/);
    const { stdout } = await at.verbs.run(demand.replace("--yes", "--dry-run"));
    expect(stdout).to.match(/Demand 1 of 1 chunks of the output[^]*ETH a chunk/);
    expect((await at.verbs.json(demand))["demanded"]).to.deep.equal([0]);
    expect(await at.verbs.json(demand)).to.include({ shown: 0, chunks: 1 });

    const { runs, alice } = at.world;
    const claimId = 257n;
    const [posted] = await readRun(runs, { claimId, fromBlock: 0 });
    const bytes = new TextEncoder().encode(TEXT);
    const program = programOfElf(readFileSync(ELF), { depth: 14, maxSteps: 2n ** 24n });
    const execution = new Execution(program, bytes);
    const { steps } = execution.run().final;
    const defence = new RunDefence(runs, posted, { program, input: bytes }, execution);
    const [question] = await defence.questions(await networkHelpers.time.latestBlock());
    await alice.sendTransaction((await question.answer())!);
    expect(await at.verbs.json(demand)).to.include({ shown: 1, chunks: 1 });
    expect(readFileSync(join(folder, "out.txt"))).to.deep.equal(Buffer.from(execution.output()));
    // Whoever fetches a result that nobody serves has it from the chain too.
    const fetched = await at.verbs.json(`job fetch ${task} --out ${join(folder, "fetched")}`);
    expect(fetched).to.include({ isShown: true, state: "open", ended: "exited", exitCode: 0 });
    expect(fetched["steps"]).to.equal(Number(steps));
    expect((await at.verbs.run(`dispute show ${task}`)).stdout).to.match(/run +[\d,]+ steps, then exit with code 0/);
    expect(readFileSync(join(folder, "fetched", "output.bin"))).to.deep.equal(Buffer.from(execution.output()));

    // Of what it does not show it loses the bond.
    const other = `dispute demand ${task} --region input ${as("bob")}`;
    await at.verbs.json(other);
    await networkHelpers.time.increase(posted.responseSeconds + 1);
    expect((await at.verbs.run(other)).stdout).to.match(/chunk 0 of its input was not shown in time[^]*not paid/);
    expect(await runs.stateOf(claimId)).to.equal(SLASHED);
    await refused(demand.replace("output", "input").replace(/--out \S+/, "--region input"), /is slashed: nothing can/);
  });

  it("should take and pay many at once, but none whose data cannot be had", async () => {
    const { machines } = at.world;
    // What was slashed still holds its unit.
    await machines.release(1n, await readOrder(machines, 1n, 0));
    const opened: number[] = [];
    for (const maxSteps of ["16M", "17M", "18M"]) {
      const { taskId, bundleHash } = await at.verbs.json(open(ELF, `--memory 512K --max-steps ${maxSteps}`));
      opened.push(taskId as number);
      if (maxSteps === "17M") rmSync(join(folder, "bundles", bundleHash as string), { recursive: true });
    }
    const [first, second, third] = opened;
    const many = `--market machine --tasks ${opened.join()}`;
    const { stdout, code } = await at.verbs.run(`job accept-many ${many} --nodes 1 ${as("alice")}`);
    expect(stdout).to.include(`2 of 3 tasks are yours.`);
    expect(stdout).to.match(
      new RegExp(`\\nTask ${second}: ${host.url}/0x[0-9a-f]{64}/job\\.json cannot be fetched: it answers 404\\.`),
    );
    expect(code).to.equal(0);
    await refused(
      `job accept-many --market machine --tasks ${second} --nodes 1 ${as("alice")}`,
      /The data of none of these tasks can be had: .* cannot be fetched: it answers 404\./,
    );

    for (const taskId of [first, third]) {
      await at.verbs.json(
        `job submit --market machine --task ${taskId} --results ${join(folder, "results")} ${as("alice")}`,
      );
    }
    // The window, and the time to show a pointer that was committed to in it.
    await networkHelpers.time.increase(2 * 3_600 + 1);
    const paid = await at.verbs.json(`job finalize-many ${many} ${as("stranger")}`);
    expect((paid["paid"] as { taskId: number }[]).map(({ taskId }) => taskId)).to.deep.equal([first, third]);
    expect(paid["failures"]).to.deep.equal([
      {
        taskId: second,
        reason: "Task 3 is expired; this needs confirmed. npx hardhat job watch --task 3 shows how it goes on.",
      },
    ]);
    await refused(
      `job finalize-many --market proof --tasks 1 ${as("stranger")}`,
      /--market is "proof"\. .*dispute, machine/,
    );
  });
});
