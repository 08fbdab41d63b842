import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { ApprovalDriver } from "../market/approvalDriver.js";
import { ChannelDriver } from "../market/channelDriver.js";
import { LeaseDriver } from "../market/leaseDriver.js";
import { CREDIT } from "../market/marketFixture.js";
import { TaskDriver } from "../market/taskDriver.js";
import { restoreEach } from "../support/restoreEach.js";
import { expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

describe("tasks that do many things at once", () => {
  let at: VerbWorld;
  const folder = mkdtempSync(join(tmpdir(), "millrace-batches-"));

  before(async () => {
    at = await verbWorld(connection);
  });

  after(async () => {
    await at.dispose();
    rmSync(folder, { recursive: true });
  });

  restoreEach(networkHelpers);

  const as = (party: keyof typeof FROM) => `--from ${FROM[party]} --yes`;

  const refused = (line: string, sentence: RegExp) => expectRefused(connection, at.verbs, line, sentence);

  it("should take what can be had of many tasks, and tell the rest", async () => {
    const { approvals, buyer } = at.world;
    const driver = new ApprovalDriver(connection, at.world);
    const [, second, third] = [await driver.open(), await driver.open(), await driver.open()];
    await approvals.connect(buyer).cancel(second.taskId, second.order);
    const many = `job accept-many --market approval --tasks 1,2,3`;
    const { stdout, code } = await at.verbs.run(`${many} --nodes 1 ${as("alice")}`);
    expect(code).to.equal(0);
    expect(stdout.slice(stdout.indexOf("2 of 3")).trimEnd().split("\n")).to.deep.equal([
      "2 of 3 tasks are yours.",
      "Task 1: 100.4 credits, 301.2 MILL bonded.",
      "Task 3: 100.2 credits, 300.6 MILL bonded.",
      "Task 2: Task 2 is cancelled; this needs listed, unacknowledged, overdue or rejected. " +
        "npx hardhat job watch --task 2 shows how it goes on.",
    ]);
    expect(await driver.statusOf(third)).to.equal("Working");

    await refused(`${many} --nodes 1,2 ${as("alice")}`, /--tasks names 3 and --nodes 2.*one node for all/);
    await refused(`${many} --nodes 0 ${as("alice")}`, /--nodes is 0/);
    await refused(`job accept-many --market lease --tasks 1 --nodes 1 ${as("alice")}`, /--market is "lease"/);
    await refused(`job accept-many --tasks 1,1 --nodes 1 ${as("alice")}`, /names something twice/);
    await refused(`job accept-many --market approval --tasks 9 --nodes 1 ${as("alice")}`, /There is no task 9/);
  });

  it("should take no task whose data cannot be had", async () => {
    await new TaskDriver(connection, at.world).open({ dataUri: "http://127.0.0.1:1/none" });
    await refused(`job accept-many --tasks 1 --nodes 1 ${as("alice")}`, /data of none of these tasks/);
  });

  it("should pay the results that stand, and tell the rest", async () => {
    const driver = new TaskDriver(connection, at.world);
    const opened = [await driver.open(), await driver.open(), await driver.open()];
    for (const each of [opened[0], opened[2]]) {
      await driver.accept(each);
      await driver.submit(each);
    }
    await driver.pass(70);
    const paid = await at.verbs.json(`job finalize-many --tasks 1,2,3 ${as("stranger")}`);
    expect((paid["paid"] as { taskId: number }[]).map(({ taskId }) => taskId)).to.deep.equal([1, 3]);
    const [failure] = paid["failures"] as { taskId: number; reason: string }[];
    expect(failure.taskId).to.equal(2);
    expect(failure.reason).to.equal(
      "Task 2 is listed; this needs confirmed. npx hardhat job watch --task 2 shows how it goes on.",
    );
    for (const [index, status] of (["Finalized", "Listed", "Finalized"] as const).entries()) {
      expect(await driver.statusOf(opened[index].taskId)).to.equal(status);
    }
    await refused(`job finalize-many --tasks 1,x ${as("stranger")}`, /--tasks is "x"/);
    await refused(`job finalize-many --tasks 7 ${as("stranger")}`, /There is no task 7/);
    const tooMany = Array.from({ length: 65 }, (_, index) => index + 1).join();
    await refused(`job finalize-many --tasks ${tooMany} ${as("stranger")}`, /65 tasks, and one call takes 64/);
  });

  it("should redeem the vouchers that are worth something, and tell the rest", async () => {
    const driver = new ChannelDriver(connection, at.world);
    const files: string[] = [];
    for (const [index, total] of [3, 4, 5].entries()) {
      await driver.open();
      files.push(join(folder, `voucher-${index}.json`));
      await at.verbs.json(
        `channel voucher --channel ${index + 1} --total ${total} --out ${files[index]} --from ${FROM.buyer}`,
      );
    }
    await at.verbs.json(`channel redeem --voucher ${files[1]} ${as("alice")}`);
    const { stdout, code } = await at.verbs.run(`channel redeem-many --vouchers ${files.join()} ${as("alice")}`);
    expect(code).to.equal(0);
    expect(stdout).to.match(/Redeemed 2 of 3 vouchers[^]*Channel 1 paid 3 credits[^]*Channel 3 paid 5 credits/);
    expect(stdout).to.include(
      `Channel 2 (${files[1]}): The voucher over 4 credits pays nothing: 4 credits of the channel's 100 credits were paid. ` +
        "Ask the buyer for a higher voucher, or for a top-up.",
    );
    await refused(`channel redeem-many --vouchers ${files[0]},${files[0]} ${as("alice")}`, /names a file twice/);
    await refused(`channel redeem-many --vouchers ${join(folder, "none")} ${as("alice")}`, /cannot be read/);
    writeFileSync(join(folder, "bad.json"), "{}");
    await refused(`channel redeem-many --vouchers ${join(folder, "bad.json")} ${as("alice")}`, /is not a voucher/);
  });

  it("should buy and open a channel in one transaction, or do neither", async () => {
    const { token, stranger, settlement } = at.world;
    await token.transfer(stranger, 10n ** 19n);
    const open = `channel open --provider ${FROM.alice} --credits 5 --notice 100s`;
    const before = await networkHelpers.time.latestBlock();
    const opened = await at.verbs.json(`${open} --buy 10 ${as("stranger")}`);
    expect(await networkHelpers.time.latestBlock()).to.equal(before + 1);
    expect(opened).to.include({ number: 1, credits: (5n * CREDIT).toString() });
    const { free, locked } = await settlement.accountOf(stranger);
    expect([free, locked]).to.deep.equal([149n * 10n ** 17n, 5n * CREDIT]);
    await refused(`${open} --buy 1 ${as("stranger")}`, /has 0 MILL/);
    await refused(`${open} --buy much ${as("stranger")}`, /"much" is not a decimal number/);
    await token.transfer(stranger, 10n ** 18n);
    await refused(
      `channel open --provider ${stranger.address} --credits 1 --buy 1 ${as("stranger")}`,
      /0x14dC…9955 cannot pay itself\./,
    );
    expect(await token.balanceOf(stranger)).to.equal(10n ** 18n);
  });

  it("should show and release no lease that is not there, still runs, or was given back", async () => {
    await refused("lease show --lease 7", /no lease 7/i);
    await refused("lease show --lease x", /--lease is "x"/);
    await refused("lease show", /lease show needs --lease.*--help/);
    await refused(`lease release --lease 7 ${as("stranger")}`, /no lease 7/i);
    await refused(`lease release --lease 0 ${as("stranger")}`, /--lease is 0/);
    const driver = new LeaseDriver(connection, at.world);
    const leaseId = await driver.hire(100);
    await refused(`lease release --lease ${leaseId} ${as("stranger")}`, /is running and holds nothing.*paid through/);
    await driver.pass(300);
    await at.verbs.json(`lease release --lease ${leaseId} ${as("stranger")}`);
    await refused(`lease release --lease ${leaseId} ${as("stranger")}`, /holds nothing.*Settle what is left/);
  });

  it("should take no quote with a purchase that nobody can pay or mean", async () => {
    const { token, stranger } = at.world;
    const file = join(folder, "quote.json");
    await refused(
      `quote sign --node 99 --rate 1/h --out ${file} --from ${FROM.alice}`,
      /There is no node 99\. .*node list/,
    );
    await at.verbs.json(`quote sign --node 1 --rate 0.001/s --min-seconds 20s --out ${file} --from ${FROM.alice}`);
    const take = `quote take --quote ${file} --seconds 100s`;
    await token.transfer(stranger, 10n ** 18n);
    await refused(`${take} --buy 2 ${as("stranger")}`, /has 1 MILL, and 2 MILL are needed/);
    await refused(`${take} --buy 0 ${as("stranger")}`, /The amount is zero\. Give an amount above zero\./);
    await refused(`${take} --buy -1 ${as("stranger")}`, /"-1" is not a decimal number/);
    await refused(
      `quote take --quote ${file} --seconds 10s --buy 1 ${as("stranger")}`,
      /A lease of 10 s is not what was quoted\. Choose between 20 s and 30 d\./,
    );
    await refused(
      `quote take --quote ${file} --units 9 --seconds 100s --buy 1 ${as("stranger")}`,
      /9 units cannot be taken of this quote\. Take 1 to 1\./,
    );
    await refused(
      `quote take --quote ${join(folder, "none")} --seconds 100s --buy 1 ${as("stranger")}`,
      /--quote names .*none, which cannot be read\. Check the path\./,
    );
    expect(await token.balanceOf(stranger)).to.equal(10n ** 18n);
  });
});
