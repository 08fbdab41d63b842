import { readNodeDetails } from "@millrace/jobs";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import hre from "hardhat";

import { formatMill } from "@millrace/sdk";

import { ApprovalDriver } from "../market/approvalDriver.js";
import { LeaseDriver } from "../market/leaseDriver.js";
import { addAttestor, MILL } from "../market/marketFixture.js";
import { TaskDriver } from "../market/taskDriver.js";
import { PARAMETERS } from "../support/deployMillrace.js";
import { restoreEach } from "../support/restoreEach.js";
import { expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;
const { time } = networkHelpers;

const CHALLENGER = 6;
const SILENT = 13;
/** `MISSED_REPORTS` of the oracle. */
const MISSED = 7;
/** Epochs after which no report can come any more. */
const REPORT_EPOCHS = 8;

describe("what keeps things right", function () {
  let at: VerbWorld;
  let driver: LeaseDriver;

  before(async () => {
    at = await verbWorld(connection);
    driver = new LeaseDriver(connection, at.world);
  });

  after(async () => at.dispose());

  restoreEach(networkHelpers);

  const by = (party: number) => `--from ${party} --yes`;
  const refused = (line: string, sentence: RegExp) => expectRefused(connection, at.verbs, line, sentence);

  describe("of a provider", () => {
    it("should pay it itself again when it names nobody", async () => {
      const { settlement, alice, bob } = at.world;
      await at.verbs.json(`provider payout --to ${bob.address} ${by(FROM.alice)}`);
      const itself = await at.verbs.json(`provider payout --to ${ZeroAddress} ${by(FROM.alice)}`);
      expect(itself).to.include({ receiver: alice.address });
      expect(await settlement.payoutOf(alice)).to.equal(alice.address);
    });

    it("should change what a node says of itself, and leave the rest", async () => {
      const change = `node details --node 1 --endpoint http://127.0.0.1:7009 --region DE-BE --attributes 0,3`;
      await refused(`${change} ${by(FROM.stranger)}`, /Node 1 belongs to/);
      await at.verbs.json(`${change} ${by(FROM.alice)}`);
      const said = async () => await readNodeDetails(at.world.nodes, 1n, 0);
      expect(await said()).to.include({ endpoint: "http://127.0.0.1:7009", attributes: 9n });
      await at.verbs.json(`node details --node 1 --metadata rack-7 ${by(FROM.alice)}`);
      expect(await said()).to.include({ endpoint: "http://127.0.0.1:7009", attributes: 9n, metadata: "rack-7" });

      await refused(`node details --node 1 ${by(FROM.alice)}`, /needs something to change\. .*--endpoint/);
      await refused(`node ask --node 1 ${by(FROM.alice)}`, /needs something to change\. .*--rate/);
      await refused(`node details --node 1 --endpoint alice.example:70 ${by(FROM.alice)}`, /nobody can reach/);
      await refused(`node details --node 99 --metadata x ${by(FROM.alice)}`, /There is no node 99/);
      await refused(`node details --node 1 --region Berlin ${by(FROM.alice)}`, /not in ISO 3166-2/);
      await refused(
        `node details --node 1 --endpoint http://${"x".repeat(256)} ${by(FROM.alice)}`,
        /263 bytes.* at most 256/,
      );
    });

    it("should say what the provider is", async () => {
      const { staking, alice } = at.world;
      await at.verbs.json(`provider metadata --metadata alice.example ${by(FROM.alice)}`);
      const [event] = await staking.queryFilter(staking.filters.MetadataChanged(alice));
      expect(event.args.metadata).to.equal("alice.example");
      await refused(`provider metadata --metadata x ${by(FROM.stranger)}`, /not registered/);
    });

    it("should need less stake once its class does", async () => {
      const { catalog, nodes } = at.world;
      const { stakePerUnit, weight } = await catalog.classOf(1);
      await catalog.changeClass(1, stakePerUnit / 2n, weight, 0, true);
      expect(await at.verbs.json(`node refresh --node 1 ${by(FROM.stranger)}`)).to.include({
        stakePerUnit: String(stakePerUnit / 2n),
      });
      expect((await nodes.nodeOf(1)).stakePerUnit).to.equal(stakePerUnit / 2n);
      await refused(`node refresh --node 1 ${by(FROM.stranger)}`, /needs what its class does/);
      await refused(`node refresh --node 99 ${by(FROM.stranger)}`, /There is no node 99/);
    });
  });

  describe("of a buyer", () => {
    it("should redeem credits, and collect what waits for two closes that came late", async () => {
      const { settlement, token, buyer } = at.world;
      const epoch = await driver.epoch();
      const first = await at.verbs.json(`credits redeem --credits 10 ${by(FROM.buyer)}`);
      expect(first).to.include({ epoch });
      await refused(`credits redeem --credits 1000000000 ${by(FROM.buyer)}`, /free and needs/);
      await refused(`credits redeem --credits nothing ${by(FROM.buyer)}`, /nothing/);
      await refused(`epoch collect ${by(FROM.buyer)}`, /nothing to collect yet\. .*epoch close/);
      await driver.at(driver.startOf(epoch + 1) + 1);
      await at.verbs.json(`credits redeem --credits all ${by(FROM.buyer)}`);
      expect((await settlement.accountOf(buyer)).free).to.equal(0n);
      await refused(`credits redeem --credits all ${by(FROM.buyer)}`, /has no free credits\. .*credits balance/);
      expect((await settlement.setAsideOf(buyer, epoch)).requested).to.equal(10n * MILL);

      await driver.closeThrough(epoch);
      const before = await token.balanceOf(buyer);
      const { mill } = await at.verbs.json(`epoch collect ${by(FROM.buyer)}`);
      expect(BigInt(mill as string)).to.equal((await token.balanceOf(buyer)) - before);
      expect(BigInt(mill as string)).to.be.greaterThan(0n);
      expect(BigInt(mill as string)).to.be.at.most(BigInt(first["mostMill"] as string));
      await driver.closeThrough(epoch + 1);
      await at.verbs.json(`epoch collect ${by(FROM.buyer)}`);
      expect(await settlement.collectable(buyer)).to.equal(0n);
    });

    it("should tell credits from the MILL that a close sets aside for them", async () => {
      const { settlement, buyer } = at.world;
      const epoch = await driver.epoch();
      await at.verbs.json(`credits redeem --credits 10 ${by(FROM.buyer)}`);
      await driver.at(driver.startOf(epoch + 1) + 1);
      await refused("epoch close --wait", /Nobody can be asked here/);
      await refused(`epoch close --epoch 4294967296 ${by(FROM.stranger)}`, /whole number up to 4294967295/);
      const closed = await at.verbs.run(`epoch close --all ${by(FROM.stranger)}`);
      const reserved = await settlement.collectable(buyer);
      expect(reserved).not.to.be.oneOf([0n, 10n * MILL]);
      expect(closed.stdout).to.include(`Epoch ${epoch} is closed: ${formatMill(reserved)} to mint again, `);

      const { stdout } = await at.verbs.run("epoch show --last 1");
      expect(stdout).to.match(new RegExp(`│ ${epoch} +│ .* USD +│ 10 credits +│ ${formatMill(reserved)} +│`));
      const { price } = await at.verbs.json("epoch show");
      expect(price).to.include({ usable: true });
    });

    it("should go on when somebody else closes an epoch first", async () => {
      const { provider } = connection;
      const [first, second] = [await driver.epoch(), (await driver.epoch()) + 1];
      await time.increaseTo(driver.startOf(second + 1) + 1);
      const request = provider.request.bind(provider);
      let isFirst = true;
      provider.request = async (call) => {
        if (call.method === "eth_estimateGas" && isFirst) {
          isFirst = false;
          await driver.closeThrough(first);
        }
        return (await request(call)) as unknown;
      };
      try {
        const { closed } = await at.verbs.json(`epoch close --all ${by(FROM.stranger)}`);
        expect((closed as { epoch: number }[]).map(({ epoch }) => epoch)).to.deep.equal([second]);
      } finally {
        provider.request = request;
      }
      await refused(`epoch close --epoch ${first} ${by(FROM.stranger)}`, /cannot be closed now/);
    });

    it("should tell of what it closed before a close failed", async () => {
      const { provider } = connection;
      const first = Number(await at.world.settlement.nextEpochToClose());
      const second = first + 1;
      await time.increaseTo(driver.startOf(second + 1) + 1);
      const request = provider.request.bind(provider);
      let sent = 0;
      provider.request = async (call) => {
        if (call.method === "eth_sendTransaction" && ++sent === 2) throw new Error("insufficient funds for gas");
        return (await request(call)) as unknown;
      };
      const close = `epoch close --all ${by(FROM.stranger)}`;
      try {
        const { code, stdout, stderr } = await at.verbs.run(`${close} --json`);
        const { closed, error } = JSON.parse(stdout) as { closed: { epoch: number }[]; error: { code: string } };
        expect(closed.map(({ epoch }) => epoch)).to.deep.equal([first]);
        expect(error.code).to.equal("INSUFFICIENT_FUNDS");
        expect(stderr).to.match(/Error: The account has too little .*\n$/);
        expect(code).to.equal(1);
        expect(await at.world.settlement.nextEpochToClose()).to.equal(BigInt(second));
        sent = 1;
        const text = await at.verbs.run(close);
        expect(text.stdout).not.to.include("is closed:");
      } finally {
        provider.request = request;
      }
      expect((await at.verbs.run(close)).stdout).to.include(`Epoch ${second} is closed:`);
    });

    it("should tell what was sent of a plan that failed half-way", async () => {
      const { provider } = connection;
      const { alice, token, staking } = at.world;
      await token.transfer(alice, MILL);
      const request = provider.request.bind(provider);
      let sent = 0;
      provider.request = async (call) => {
        if (call.method === "eth_sendTransaction" && ++sent % 2 === 0) throw new Error("insufficient funds for gas");
        return (await request(call)) as unknown;
      };
      const stake = `provider stake --amount 1 ${by(FROM.alice)}`;
      try {
        const { code, stdout } = await at.verbs.run(`${stake} --json`);
        const { transactions, error } = JSON.parse(stdout) as { transactions: string[]; error: { code: string } };
        expect([code, transactions.length, error.code]).to.deep.equal([1, 1, "INSUFFICIENT_FUNDS"]);
        expect(await token.allowance(alice, staking)).to.equal(MILL);
        await token.connect(alice).approve(staking, 0);
        sent = 0;
        expect((await at.verbs.run(stake)).stdout).to.include(
          "Sent and done: approve 1 MILL for the staking registry.",
        );
      } finally {
        provider.request = request;
      }
    });

    it("should not tell who is somebody else to register", async () => {
      await at.world.token.transfer(at.world.alice, 5n * MILL);
      const named = `--provider ${FROM.stranger} --amount 5 ${by(FROM.alice)}`;
      for (const line of [`provider delegate ${named}`, `provider stake ${named}`]) {
        await refused(line, /is not registered as a provider\. Check the address, or register with its own key first/);
      }
      const all = `provider undelegate --provider ${FROM.bob} --amount all ${by(FROM.alice)}`;
      await refused(all, /has no shares with this provider that could leave\. .*provider delegation/);
      await refused(`provider undelegate ${named}`, /has 0 shares with .*provider delegation shows what there is/);
    });

    it("should name no option that a command has not got when there is no task", async () => {
      await refused(
        `job prove --task 99 --output 0x${"12".repeat(32)} --proof none ${by(FROM.alice)}`,
        /^Error: There is no task 99 in this market\. Each market counts its own: npx hardhat job list shows all tasks, with their markets\.\n$/,
      );
    });

    it("should have a task listed again whose result fell, be made whole, and the challenger's bonds be returned", async () => {
      const { settlement, buyer, tasks } = at.world;
      const { taskId } = await new TaskDriver(connection, at.world).inStatus("Submitted");
      await refused(`job relist --task ${taskId} ${by(FROM.stranger)}`, /is submitted/);
      await refused(
        `job watch --task ${taskId} --until done`,
        /--until is "done", .*Choose one of listed, .*cancelled/,
      );
      await refused(`dispute show --task ${taskId} --attempt 0`, /not a whole number from 1 up to 255/);
      await refused(`dispute withdraw --task ${taskId} ${by(CHALLENGER)}`, /is still open\. /);

      const fallen = await new TaskDriver(connection, at.world).inStatus("Rejected");
      const relisted = await at.verbs.json(`job relist --task ${fallen.taskId} ${by(FROM.stranger)}`);
      expect(relisted).to.include({ reason: "rejected" });
      expect(await tasks.statusOf(fallen.taskId)).to.equal(1n);
      await refused(`job relist --task ${fallen.taskId} ${by(FROM.stranger)}`, /is listed/);

      const withdraw = `dispute withdraw --task ${fallen.taskId} --attempt 1`;
      await refused(`${withdraw} ${by(FROM.stranger)}`, /holds nothing of/);
      const { wei } = await at.verbs.json(`${withdraw} ${by(CHALLENGER)}`);
      expect(BigInt(wei as string)).to.be.greaterThan(0n);
      await refused(`${withdraw} ${by(CHALLENGER)}`, /holds nothing of/);

      const { free, owedMill } = await settlement.accountOf(buyer);
      const owed = await at.verbs.json(`credits owed --account ${FROM.buyer} ${by(FROM.stranger)}`);
      expect(owed).to.include({ mill: String(owedMill) });
      expect((await settlement.accountOf(buyer)).free - free).to.equal(BigInt(owed["credits"] as string));
      await refused(`credits owed --account ${FROM.buyer} ${by(FROM.stranger)}`, /owed/);
    });

    it("should name who may contest its private results, and no longer", async () => {
      const { claims, buyer, stranger } = at.world;
      const name = `job name-checker --checker ${FROM.stranger} ${by(FROM.buyer)}`;
      await at.verbs.json(name);
      expect(await at.verbs.json(`${name} --end`)).to.include({ isNamed: false, checker: stranger.address });
      const named = await claims.queryFilter(claims.filters.CheckerNamed(buyer, stranger));
      expect(named.map(({ args }) => args.isNamed)).to.deep.equal([true, false]);
      await refused(`${name} --market proof`, /Choose one of dispute, machine/);
    });

    it("should show that a key was not released", async () => {
      const chunks = new ApprovalDriver(connection, at.world);
      const early = await chunks.inChunkStatus("Approved");
      await refused(`job timeout-key --task ${early.taskId} --chunk 0 ${by(FROM.stranger)}`, /approved/);
      const { taskId } = await chunks.inChunkStatus("Withheld");
      const line = `job timeout-key --task ${taskId} --chunk 0 ${by(FROM.stranger)}`;
      expect(BigInt((await at.verbs.json(line))["bondSlashed"] as string)).to.be.greaterThan(0n);
      await refused(line, /Task \d+ is listed/);
    });
  });

  describe("of everybody", () => {
    it("should take an attestor out that signs nothing", async () => {
      const { uptime } = at.world;
      await addAttestor(connection, at.world, SILENT);
      const silent = at.world.attestors.at(-1)!.address;
      const eject = `attestor eject --account ${SILENT} ${by(FROM.stranger)}`;
      await refused(`attestor eject --account ${FROM.alice} ${by(FROM.stranger)}`, /has no seat/);
      await refused(eject, /missed 0 reports in a row, fewer than 7/);
      const first = (await driver.epoch()) + 1;
      for (let epoch = first; epoch < first + MISSED; epoch++) {
        const { seats } = await uptime.setOf(epoch);
        await driver.report(epoch, undefined, undefined, (seat) => seats[seat] !== silent);
      }
      await driver.passToFinal(first + MISSED - 1);
      const { fromEpoch } = await at.verbs.json(eject);
      expect((await uptime.setOf(fromEpoch as number)).seats).not.to.include(silent);
      await refused(eject, /has no seat/);
    });

    it("should burn the pots of an epoch that nobody reported", async () => {
      const epoch = await driver.epoch();
      await driver.closeThrough(epoch);
      const cancel = `epoch cancel-pot --epoch ${epoch} ${by(FROM.stranger)}`;
      await refused(cancel, /Nothing of epoch \d+ can be cancelled/);
      await driver.closeThrough(epoch + REPORT_EPOCHS);
      const [availability, attestors] = await at.world.settlement.potOf(epoch);
      expect(await at.verbs.json(cancel)).to.include({ mill: String(availability + attestors) });
      await refused(cancel, /Nothing of epoch \d+ can be cancelled/);
    });

    it("should cut off free seats of checkers, and burn what their pot has too much of", async () => {
      const { checkPot, token, seats } = at.world;
      await at.verbs.json(`checker take ${by(FROM.bob)}`);
      await refused(`checker trim ${by(FROM.stranger)}`, /no free seat at the end/);
      await at.verbs.json(`checker leave --seat 1 ${by(FROM.bob)}`);
      await time.increase(PARAMETERS.seatLeaveSeconds);
      await at.verbs.json(`checker release --seat 1 ${by(FROM.bob)}`);
      expect(await at.verbs.json(`checker trim ${by(FROM.stranger)}`)).to.include({ seats: 0 });
      expect(await seats.seatCount()).to.equal(0n);

      await refused(`checker burn-surplus ${by(FROM.stranger)}`, /nothing to burn/);
      await token.transfer(checkPot, (await checkPot.cap()) + MILL - (await checkPot.balance()));
      expect(await at.verbs.json(`checker burn-surplus ${by(FROM.stranger)}`)).to.include({ mill: String(MILL) });
    });

    it("should give what is asked for from the faucet, and not nothing", async () => {
      const { token, stranger } = at.world;
      await refused(`faucet --to ${FROM.stranger} --mill 0 --yes`, /There is nothing to give\. .*--mill or --eth/);
      const blocks = await time.latestBlock();
      await at.verbs.json(`faucet --to ${FROM.stranger} --mill 0 --eth 1 --yes`);
      expect(await time.latestBlock()).to.equal(blocks + 1);
      expect(await token.balanceOf(stranger)).to.equal(0n);
    });

    it("should admit a kernel once, and no contract that is none", async () => {
      const { kernels, token } = at.world;
      const admit = (address: string) => `kernel admit --kernel ${address} ${by(FROM.stranger)}`;
      const kernel = await (await connection.ethers.deployContract("Requantise")).getAddress();
      const { codeHash } = await at.verbs.json(admit(kernel));
      expect(await kernels.isAdmitted(codeHash as string)).to.equal(true);
      await refused(admit(kernel), /admitted already/);
      await refused(admit(await token.getAddress()), /uses a forbidden instruction/);
      await refused(admit("0x12"), /not an address/);
    });

    it("should refuse an outage that no feed shows", async () => {
      const outage = (round: string) => `capacity outage --round ${round} ${by(FROM.stranger)}`;
      await refused(outage("18446744073709551617"), /Round 18446744073709551617 .* shows no outage/);
      await refused(outage("-1"), /no round of a feed/);
      await refused(outage("9".repeat(25)), /no round of a feed/);
    });
  });
});
