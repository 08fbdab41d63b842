import { createServer, type Server } from "node:http";

import { expect } from "chai";
import hre from "hardhat";

import { LeaseDriver, type Proven } from "../market/leaseDriver.js";
import { takePledged } from "../market/leaseTerms.js";
import { restoreEach } from "../support/restoreEach.js";
import { serve } from "../support/serve.js";
import { expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

describe("tasks of leases", () => {
  let at: VerbWorld;
  let driver: LeaseDriver;

  before(async () => {
    at = await verbWorld(connection);
    driver = new LeaseDriver(connection, at.world);
  });

  after(async () => at.dispose());

  restoreEach(networkHelpers);

  const as = (party: keyof typeof FROM) => `--from ${FROM[party]} --yes`;
  const statusOf = async (leaseId: bigint) => driver.statusOf(leaseId);

  const refused = (line: string, sentence: RegExp) => expectRefused(connection, at.verbs, line, sentence);

  it("should show a lease, and what it would do before it is done", async () => {
    const leaseId = await takePledged(connection, at.world, 100);
    const shown = await at.verbs.json(`lease show --lease ${leaseId}`);
    expect(shown).to.include({ status: "running", buyer: at.world.buyer.address, provider: at.world.alice.address });
    expect((await at.verbs.run(`lease show --lease ${leaseId}`)).stdout).to.match(/is running[^]*90 % uptime/);
    const preview = await at.verbs.run(`lease notice --lease ${leaseId} --from ${FROM.alice} --dry-run`);
    expect(preview.stdout).to.match(/Give notice of lease[^]*the provider[^]*Dry run: nothing was sent/);
    expect(await statusOf(leaseId)).to.equal("Running");
    await refused(`lease notice --lease ${leaseId} --from ${FROM.alice}`, /Nobody can be asked.*--yes/);
  });

  it("should extend by time or by credits, resume, and refuse others, too little and nonsense", async () => {
    const leaseId = await driver.hire(50);
    const { paidThrough } = await at.world.leases.leaseOf(leaseId);
    const extended = await at.verbs.json(`lease extend --lease ${leaseId} --seconds 30s ${as("buyer")}`);
    expect(extended["paidThrough"]).to.equal(Number(paidThrough) + 30);
    // Credits of forty seconds and a half: the half stays free.
    const topped = await at.verbs.json(`lease topup --lease ${leaseId} --credits 0.0405 ${as("buyer")}`);
    expect(topped).to.include({ credits: (40n * 10n ** 15n).toString(), paidThrough: Number(paidThrough) + 70 });
    await driver.pass(150);
    expect(await statusOf(leaseId)).to.equal("Paused");
    await at.verbs.json(`lease extend --lease ${leaseId} --seconds 1m ${as("buyer")}`);
    expect(await statusOf(leaseId)).to.equal("Running");

    await refused(`lease extend --lease ${leaseId} --seconds 30s ${as("stranger")}`, /Only the buyer .* may do this/);
    await refused(
      `lease topup --lease ${leaseId} --credits 0.001 ${as("buyer")}`,
      /0.001 credits do not buy one slot of time/,
    );
    await refused(
      `lease extend --lease ${leaseId} --seconds soon ${as("buyer")}`,
      /The duration "soon" cannot be read/,
    );
    await refused(`lease topup --lease ${leaseId} --credits 1000000 ${as("buyer")}`, /1,000,000 credits.*credits buy/);
    await refused(`lease topup --lease 99 --credits 1 ${as("buyer")}`, /There is no lease 99.*job list/);
  });

  it("should buy what a top-up needs in the same transaction", async () => {
    const leaseId = await driver.hire(50);
    const { token, settlement, buyer } = at.world;
    await token.connect(buyer).approve(settlement, 0);
    const { free } = await settlement.accountOf(buyer);
    const line = `lease extend --lease ${leaseId} --seconds 1m --buy 1 ${as("buyer")}`;
    const { stdout } = await at.verbs.run(line);
    expect(stdout).to.match(/burned for credits +1 MILL for[^]*permit +signed for exactly that/);
    // One MILL at two dollars, less the spread, less a minute's pay.
    expect((await settlement.accountOf(buyer)).free - free).to.equal(199n * 10n ** 16n - driver.price(60));
    expect(await token.allowance(buyer, settlement)).to.equal(0n);
    await refused(line.replace("--buy 1", "--buy 99999999"), /99,999,999 MILL are needed/);
    await refused(line.replace("--buy 1", "--buy much"), /"much" is not a decimal number/);
  });

  it("should give notice from either side", async () => {
    for (const party of ["buyer", "alice"] as const) {
      const leaseId = await driver.hire(150);
      const given = await at.verbs.json(`lease notice --lease ${leaseId} ${as(party)}`);
      expect(BigInt(given["refunded"] as string)).to.be.greaterThan(0n);
      expect(await statusOf(leaseId)).to.equal("Closing");
      await refused(`lease notice --lease ${leaseId} ${as(party)}`, /is closing; this needs running or paused/);
    }
    const leaseId = await driver.hire(150).catch(async () => driver.hire(150, 1, 2n));
    await refused(`lease notice --lease ${leaseId} ${as("stranger")}`, /Only the buyer .* or the provider/);
    await refused(`lease notice --lease 0 ${as("buyer")}`, /--lease is 0, and numbers begin at 1/);
    await refused(`lease notice ${as("buyer")}`, /lease notice needs --lease.*--help/);
  });

  it("should abandon at the bond's cost, and only where there is one", async () => {
    const plain = await driver.hire(150, 1, 2n);
    await refused(`lease abandon --lease ${plain} ${as("bob")}`, /has no bond.*Give notice instead/);
    const leaseId = await takePledged(connection, at.world, 500);
    await refused(`lease abandon --lease ${leaseId} ${as("buyer")}`, /Only the provider .* may do this/);
    const left = await at.verbs.json(`lease abandon --lease ${leaseId} ${as("alice")}`);
    // A minute's pay at a thousandth of a credit a second, at two dollars.
    expect(left["slashed"]).to.equal((driver.price(60) / 2n).toString());
    await refused(`lease abandon --lease ${leaseId} ${as("alice")}`, /is ended; this needs running or closing/);
  });

  it("should object in time, and not later or for others", async () => {
    await driver.at(driver.startOf((await driver.epoch()) + 1));
    const leaseId = await driver.hire(100);
    const epoch = await driver.epoch();
    const noObjectionTo = (which: number): RegExp =>
      new RegExp(`Lease ${leaseId} cannot object to epoch ${which}\\.\\s+Object to an epoch from ${epoch} to ${epoch}`);
    await refused(`lease object --lease ${leaseId} ${as("alice")}`, /Only the buyer 0x7099…79C8 may/);
    await refused(`lease object --lease ${leaseId} --epoch ${epoch + 1} ${as("buyer")}`, noObjectionTo(epoch + 1));
    await refused(`lease object --lease ${leaseId} --epoch -1 ${as("buyer")}`, /--epoch is "-1"/);
    expect(await at.verbs.json(`lease object --lease ${leaseId} ${as("buyer")}`)).to.include({ epoch });
    expect(await at.world.leases.hasObjected(leaseId, epoch)).to.equal(true);
    await driver.pass(700);
    await refused(`lease object --lease ${leaseId} ${as("buyer")}`, noObjectionTo(epoch));
  });

  describe("with reports", () => {
    const NOTHING = { code: "NOT_FOUND", message: "no such leaf" };
    let attestor: Server;
    let url: string;
    let leaves: Map<string, Proven>;

    before(async () => {
      leaves = new Map();
      attestor = createServer(({ url: path }, response) => {
        const proven = leaves.get(path ?? "");
        response.statusCode = proven === undefined ? 404 : 200;
        response.end(
          JSON.stringify(proven ?? NOTHING, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value)),
        );
      });
      url = await serve(attestor);
    });

    after(() => {
      attestor.closeAllConnections();
      attestor.close();
    });

    /** Ends an epoch, whose report is final then, and lets the attestor serve it. */
    async function report(epoch: number): Promise<void> {
      const proven = await driver.finalReport(epoch);
      for (const each of proven) leaves.set(`/epochs/${epoch}/leaf/${each.leaf.nodeId}`, each);
    }

    it("should settle every epoch of several leases at once, and then free what they hold", async () => {
      const first = (await driver.epoch()) + 1;
      await driver.at(driver.startOf(first));
      const mine = await takePledged(connection, at.world, 300);
      const other = await driver.hire(150, 1, 2n);
      const leases = `--leases ${mine},${other}`;
      await refused(`lease settle ${leases} --attestor ${url} ${as("stranger")}`, /No epoch .* has a final report/);
      await refused(`lease settle --leases ${mine},${mine} --attestor ${url} --yes`, /names something twice/);
      await refused(`lease settle --leases one --attestor ${url} --yes`, /not a whole number/);
      for (const verb of ["finalize", "close"]) {
        await refused(`job ${verb} --lease 999 ${as("buyer")}`, /There is no lease 999\./);
      }
      await refused(`lease settle --leases ${mine},999 --attestor ${url} --yes`, /There is no lease 999\./);
      await report(first);
      await report(first + 1);
      await refused(`lease settle ${leases} --attestor http://127.0.0.1:1 --yes`, /127\.0\.0\.1:1/);
      const settled = await at.verbs.json(`lease settle ${leases} --attestor ${url} ${as("stranger")}`);
      expect(settled).to.include({ settled: 3, refunded: "0", paid: driver.price(450).toString() });
      expect(settled["failures"]).to.deep.equal([]);

      for (const [leaseId, mill] of [
        [mine, "0"],
        [other, "0"],
      ] as const) {
        const freed = await at.verbs.json(`lease release --lease ${leaseId} ${as("stranger")}`);
        expect(freed, `${leaseId}`).to.include({ units: 1, mill });
        await refused(
          `lease release --lease ${leaseId} ${as("stranger")}`,
          /holds nothing that is free\. There is nothing/,
        );
      }
      await refused(`lease settle ${leases} --attestor ${url} --yes`, /Nothing of these leases is left to settle/);
      expect((await at.world.nodes.nodeOf(1)).busyUnits).to.equal(0n);
    });

    it("should give back a bond that waits", async () => {
      const epoch = (await driver.epoch()) + 1;
      await driver.at(driver.startOf(epoch));
      const leaseId = await takePledged(connection, at.world, 200);
      await report(epoch);
      await at.verbs.json(`lease settle --leases ${leaseId} --attestor ${url} ${as("stranger")}`);
      expect(await statusOf(leaseId)).to.equal("Paused");
      await driver.pass(100);
      const { bond } = await at.world.leases.pledgeOf(leaseId);
      const freed = await at.verbs.json(`lease release --lease ${leaseId} ${as("stranger")}`);
      expect(freed).to.include({ units: 1, mill: bond.toString() });
      expect((await at.world.staking.accountOf(at.world.alice)).bonded).to.equal(0n);
    });

    it("should tell what a batch could not settle, and settle the rest", async () => {
      const epoch = (await driver.epoch()) + 1;
      await driver.at(driver.startOf(epoch));
      const [good, bad] = [await driver.hire(100), await driver.hire(100, 1, 2n)];
      await report(epoch);
      // An attestor that lies about node 2 only hurts itself.
      const path = `/epochs/${epoch}/leaf/2`;
      const truth = leaves.get(path)!;
      leaves.set(path, { ...truth, leaf: { ...truth.leaf, bitmap: 0n } });
      const { stdout, code } = await at.verbs.run(
        `lease settle --leases ${good},${bad} --attestor ${url} ${as("bob")}`,
      );
      expect(code).to.equal(0);
      const why = `Epoch ${epoch} of lease ${bad}: No attestor shows the leaf of node 2 .* not in the report`;
      expect(stdout).to.match(new RegExp(`Settled 1 epoch:[^]*${why}`));
      const alone = `lease settle --leases ${bad} --attestor ${url} ${as("bob")}`;
      await refused(alone, /Lease \d+: No attestor shows the leaf of node 2/);
      const codeOf = async (): Promise<string> => {
        const { stdout: json } = await at.verbs.run(`${alone} --json`);
        return (JSON.parse(json) as { error: { code: string } }).error.code;
      };
      expect(await codeOf()).to.equal("DATA_UNAVAILABLE");
      leaves.delete(path);
      await refused(alone, new RegExp(`Lease ${bad}: The report of epoch ${epoch} has no node 2\\. A report has`));
      expect(await codeOf()).to.equal("WRONG_STATE");
    });

    it("should collect for many accounts", async () => {
      const { settlement, alice, bob } = at.world;
      const epoch = (await driver.epoch()) + 1;
      await driver.at(driver.startOf(epoch));
      const leases = [await driver.hire(100), await driver.hire(100, 1, 2n)];
      await report(epoch);
      await at.verbs.json(`lease settle --leases ${leases.join(",")} --attestor ${url} ${as("stranger")}`);
      const accounts = `--accounts ${alice.address},${FROM.bob}`;
      await refused(`epoch collect-many ${accounts} ${as("stranger")}`, /None of these accounts.*epoch close/);
      await refused(`epoch collect-many --accounts ${FROM.bob},${bob.address} --yes`, /names an account twice/);
      await refused("epoch collect-many --accounts 0xbob --yes", /neither an address nor an index/);
      await driver.closeThrough(await driver.epoch());
      const due = (await settlement.collectable(alice)) + (await settlement.collectable(bob));
      const collected = await at.verbs.json(`epoch collect-many ${accounts} ${as("stranger")}`);
      expect(collected["mill"]).to.equal(due.toString());
      expect(due).to.be.greaterThan(0n);
    });
  });
});
