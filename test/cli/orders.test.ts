import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { encodeBytes32String, id } from "ethers";
import hre from "hardhat";

import { NO_DETAILS } from "../market/leaseTerms.js";
import { addNode, taskTerms } from "../market/marketFixture.js";
import { restoreEach } from "../support/restoreEach.js";
import { expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

describe("tasks of orders and purchases", () => {
  let at: VerbWorld;
  const description = join(tmpdir(), `millrace-wish-${process.pid}.txt`);

  before(async () => {
    at = await verbWorld(connection);
    const { world } = at;
    // Nodes 3 and 4, alice's and bob's; alice's first says where it is.
    for (const provider of [world.alice, world.bob]) await addNode(connection, world, provider, world.agent);
    const details = { ...NO_DETAILS, region: encodeBytes32String("DE-BE"), attributes: 0b101n };
    await world.nodes.connect(world.alice).setDetails(1, details);
    writeFileSync(description, "a rabbit, but bluer");
  });

  after(async () => {
    await at.dispose();
    rmSync(description);
  });

  restoreEach(networkHelpers);

  const as = (party: keyof typeof FROM) => `--from ${FROM[party]} --yes`;

  const refused = (line: string, sentence: RegExp) => expectRefused(connection, at.verbs, line, sentence);

  /** An inspector's word about alice's first node. */
  async function inspect(party: keyof typeof FROM, attributes: string): Promise<string> {
    await at.verbs.json(`node inspect --node 1 --attributes ${attributes} --expires 1h ${as(party)}`);
    return at.world[party].address;
  }

  describe("order", () => {
    const open = "order open --seconds 100s --start-rate 0.001/s --max-rate 0.001/s";

    it("should ask for regions, attributes and inspectors, any or all of them", async () => {
      const first = await inspect("stranger", "0,2");
      const second = at.world.bob.address;
      const wanted = `--region DE --attributes 0,2 --inspectors ${first},${second}`;
      const { stdout } = await at.verbs.run(`${open} ${wanted} ${as("buyer")}`);
      expect(stdout).to.match(/nodes in +DE[^]*attributes 0,2[^]*any of 0x/);
      await at.verbs.json(`${open} ${wanted} --all-inspectors ${as("buyer")}`);
      await refused(`order accept --order 2 --node 1 ${as("alice")}`, /do not confirm attributes 5 of node 1/);
      await refused(`order accept --order 1 --node 3 ${as("alice")}`, /not in the region that the order wants/);
      const taken = await at.verbs.json(`order accept --order 1 --node 1 ${as("alice")}`);
      expect(taken).to.include({ leaseId: 1 });
      await inspect("bob", "0,1,2");
      expect(await at.verbs.json(`order accept --order 2 --node 1 ${as("alice")}`)).to.include({ leaseId: 2 });
    });

    it("should refuse wishes that nobody can mean", async () => {
      await refused(`${open} --region germany ${as("buyer")}`, /region "germany" is not in ISO 3166-2/);
      await refused(`${open} --attributes 300 ${as("buyer")}`, /--attributes is "300".*up to 255/);
      await refused(`${open} --inspectors bob ${as("buyer")}`, /--inspectors is "bob", which is not an address/);
      await refused(`${open} --all-inspectors ${as("buyer")}`, /--all-inspectors names nobody/);
      await refused(`${open} --nodes 1,1 ${as("buyer")}`, /names something twice/);
      const falling = open.replace("--start-rate 0.001/s", "--start-rate 0.002/s");
      await refused(`${falling} ${as("buyer")}`, /cannot climb from 0\.002\/s to 0\.001\/s/);
      await refused(`${open} --nodes 1,99 ${as("buyer")}`, /There is no node 99\. npx hardhat node list/);
      for (const none of ["0", "99", "nothing"]) {
        await refused(
          `${open} --class ${none} ${as("buyer")}`,
          new RegExp(`no hardware class "${none}"\\. Choose one of 1`),
        );
      }
      await refused(`${open} --units 0 ${as("buyer")}`, /--units is "0".* from 1 up to 65535\. Give a number within/);
      await refused(
        `${open} --seats 17 ${as("buyer")}`,
        /--seats is "17".* up to 16\. Give a number within these bounds/,
      );
      await refused(`${open} --seats ten ${as("buyer")}`, /--seats is "ten".* up to 16\. Write digits only/);
      await refused(`${open} --workload 0x12 ${as("buyer")}`, /--workload is "0x12", which is not a hash/);
    });

    it("should take many seats at once, and tell of those that it could not", async () => {
      await at.verbs.json(`${open} --seats 3 ${as("buyer")}`);
      await at.verbs.json(`order accept --order 1 --seat 1 --node 2 ${as("bob")}`);
      const line = "order accept --order 1 --seat 0,1,2 --node 1,1,3";
      expect((await at.verbs.run(`${line} --from ${FROM.alice} --dry-run`)).stdout).to.match(/Take 3 seats/);
      const taken = await at.verbs.json(`${line} ${as("alice")}`);
      expect(taken["taken"]).to.deep.equal([0, 2]);
      const [failure] = taken["failures"] as { seat: number; reason: string }[];
      expect(failure?.seat).to.equal(1);
      expect(failure?.reason).to.match(/is leased/);
      await refused(`order accept --order 1 --seat 0,1 --node 1 ${as("alice")}`, /names 2 and --node 1/);
      await refused(`order accept --order 1 --seat 0,0 --node 1,3 ${as("alice")}`, /--seat is "0,0", which names/);
      await refused(
        `order accept --order 99999999999999999999 --node 1 ${as("alice")}`,
        /whole number up to \d+\. Give/,
      );
      await refused(`order accept --order 1 --seat 0,7 --node 1,1 ${as("alice")}`, /--seat is "7"/);
      await refused(`order accept --order 9 --seat 0,1 --node 1,1 ${as("alice")}`, /There is no order 9/);
    });
  });

  describe("quote", () => {
    const file = join(tmpdir(), `millrace-offer-${process.pid}.json`);
    const sign = `quote sign --node 1 --rate 0.001/s --min-seconds 20s --out ${file} --from ${FROM.alice}`;

    afterEach(() => {
      rmSync(file, { force: true });
    });

    it("should not be signed when nobody could ever take it", async () => {
      await refused(`${sign} --units 0`, /--units is "0"/);
      await refused(`${sign} --max-seconds 10s`, /No lease is as short as 10 s and as long as 20 s\. .*--max-seconds/);
      await refused(`${sign.replace("20s", "0")} --max-seconds 0`, /--max-seconds above zero/);
      await refused(`${sign} --expires 0`, /would expire at once\. .*--expires/);
      await refused(`${sign} --uptime 99%`, /Nothing stands behind the uptime.*--bond/);
      await refused(`${sign} --dark 21`, /An epoch has 20 slots, fewer than 21\. .*--dark/);
      expect(existsSync(file)).to.equal(false);
      await at.verbs.json(`${sign} --uptime 99% --penalty 0% --dark 20`);
      await at.verbs.json(`quote cancel --nonce 0 ${as("alice")}`);
      await refused(sign, /Offers of nonce 0 are cancelled for ever\. .*--nonce/);
      await refused(`quote cancel --nonce 0 ${as("alice")}`, /nonce 0 are cancelled already/);
      await at.verbs.json(`${sign} --nonce 1`);
    });

    it("should be taken however its addresses are written, and not with one that is mistyped", async () => {
      const signed = await at.verbs.json(sign);
      const contract = (signed["contract"] as string).toLowerCase();
      const signer = signed["signer"] as string;
      const mistyped = signer.replace(/[a-f]/i, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
      );
      const rewrite = (changes: object) => {
        const text = JSON.parse(readFileSync(file, "utf8")) as object;
        writeFileSync(file, JSON.stringify({ ...text, ...changes }));
      };
      const take = `quote take --quote ${file} --seconds 30s ${as("buyer")}`;
      rewrite({ contract, signer: mistyped });
      await refused(take, /is not a quote\. Give the file that quote sign wrote\./);
      rewrite({ signer: signer.toLowerCase() });
      expect(await at.verbs.json(take)).to.include({ leaseId: 1 });
    });
  });

  describe("purchases", () => {
    beforeEach(async () => {
      const { token, settlement, stranger } = at.world;
      await token.transfer(stranger, 10n ** 20n);
      expect(await token.allowance(stranger, settlement)).to.equal(0n);
    });

    const hire = "job hire --node 1 --seconds 100s --max-rate 0.001/s";

    it("should buy credits by a permit in one transaction, and not with what is not there", async () => {
      const blocks = await networkHelpers.time.latestBlock();
      const bought = await at.verbs.json(`credits buy --mill 10 --permit ${as("stranger")}`);
      expect(bought).to.include({ credits: (199n * 10n ** 17n).toString() });
      expect(await networkHelpers.time.latestBlock()).to.equal(blocks + 1);
      await refused(`credits buy --mill 1000 --permit ${as("stranger")}`, /has 90 MILL, and 1,000 MILL are needed/);
      await refused(`credits buy --mill lots --permit ${as("stranger")}`, /"lots" is not a decimal number/);
      await refused(
        `credits buy --mill 10 --permit --min-credits 21 ${as("stranger")}`,
        /The MILL would buy 19\.9 credits?.*21 credits/,
      );
    });

    it("should buy and hire in one transaction, or do neither", async () => {
      const { settlement, stranger, leases } = at.world;
      const preview = await at.verbs.run(`${hire} --buy 1 --from ${FROM.stranger} --dry-run`);
      expect(preview.stdout).to.match(/of 1\.99 credits free[^]*1 MILL for 1\.99 credits[^]*buy and hire/);
      const blocks = await networkHelpers.time.latestBlock();
      await at.verbs.json(`${hire} --buy 1 ${as("stranger")}`);
      expect(await networkHelpers.time.latestBlock()).to.equal(blocks + 1);
      expect((await leases.leaseOf(1)).buyer).to.equal(stranger.address);
      expect((await settlement.accountOf(stranger)).free).to.equal(189n * 10n ** 16n);
      await at.world.token.transfer(at.world.alice, 10n ** 18n);
      await refused(`${hire} --buy 1 ${as("alice")}`, /cannot hire its own node/);
      await refused(`${hire} --buy 101 ${as("stranger")}`, /101 MILL are needed/);
      await refused(`${hire} --buy -1 ${as("stranger")}`, /"-1" is not a decimal number/);
    });

    it("should buy and order, buy and take a quote", async () => {
      const { settlement, stranger } = at.world;
      await at.verbs.json(
        `order open --seconds 100s --start-rate 0.001/s --max-rate 0.001/s --buy 1 ${as("stranger")}`,
      );
      const quote = join(tmpdir(), `millrace-quote-${process.pid}.json`);
      await at.verbs.json(`quote sign --node 1 --rate 0.001/s --min-seconds 20s --out ${quote} --from ${FROM.alice}`);
      const taken = await at.verbs.json(`quote take --quote ${quote} --seconds 100s --buy 1 ${as("stranger")}`);
      expect(taken).to.include({ leaseId: 1, nodeId: 1 });
      rmSync(quote);
      const { free, locked } = await settlement.accountOf(stranger);
      expect([free + locked, locked]).to.deep.equal([398n * 10n ** 16n, 2n * 10n ** 17n]);
    });
  });

  describe("results", () => {
    const open = `job open-chunks --chunks 2 --description ${description} --start-price 2 --max-price 2`;

    it("should be ordered from nodes with traits, bought on the way, and taken by those only", async () => {
      const first = await inspect("stranger", "0");
      const { stdout } = await at.verbs.run(
        `${open} --region DE-BE --attributes 0 --inspectors ${first} ${as("buyer")}`,
      );
      expect(stdout).to.match(/transactions +publish what nodes must be, then open/);
      // Known now: nothing is published twice.
      const again = await at.verbs.run(
        `${open} --region DE-BE --attributes 0 --inspectors ${first} --buy 1 --nodes 1,3 ${as("buyer")}`,
      );
      expect(again.stdout).to.match(/transactions +buy and open\n/);
      const take = (task: number, node: number) => `job take --market approval --task ${task} --node ${node}`;
      await refused(`${take(1, 3)} ${as("alice")}`, /Node 3 is not in the region/);
      await refused(`${take(2, 2)} ${as("bob")}`, /not in the region|not among them/);
      await refused(`${take(1, 99)} ${as("alice")}`, /There is no node 99/);
      expect(await at.verbs.json(`${take(1, 1)} ${as("alice")}`)).to.include({ taskId: 1, nodeId: 1 });
    });

    it("should be proven by nodes with traits too", async () => {
      const verifier = await at.world.verifier.getAddress();
      const proof = `job open-proof --verifier ${verifier} --program ${id("p")} --input ${id("i")} --region FR`;
      await at.verbs.json(`${proof} ${as("buyer")}`);
      await refused(`job take --market proof --task 1 --node 1 ${as("alice")}`, /not in the region/);
      await refused(`${proof.replace("FR", "France")} ${as("buyer")}`, /not in ISO 3166-2/);
    });

    it("should say so when nobody has published what an order asks for", async () => {
      const { tasks, buyer } = at.world;
      await tasks.connect(buyer).open(taskTerms({ traitsHash: id("unknown") }));
      await refused(`job take --market dispute --task 1 --node 1 ${as("alice")}`, /traits that nobody has published/);
    });
  });
});
