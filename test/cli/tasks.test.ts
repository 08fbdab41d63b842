import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { expect } from "chai";

import { fetchBundle, readOrder } from "@millrace/jobs";
import type { Contracts, Deployment } from "@millrace/sdk";
import { connectContracts, loadDeployment, openChain, TransactionSender } from "@millrace/sdk";
import { executeInWorker, rootsOf } from "@millrace/tensor";
import type { JsonRpcProvider } from "ethers";

import { freePort } from "../../scripts/local/freePort.js";
import { serve } from "../support/serve.js";
import type { Outcome } from "./CommandLine.js";
import { expectRefusal } from "./expectRefusal.js";
import { CommandLine } from "./CommandLine.js";
import { VerbRunner } from "./VerbRunner.js";

const PROVIDER = 3;
const STRANGER = 4;
const AUDITOR = 5;

describe("tasks", function () {
  let cli: CommandLine;
  let verbs: VerbRunner;
  let provider: JsonRpcProvider;
  let deployment: Deployment;
  let contracts: Contracts;
  let bundles: string;
  let results: string;
  let bundleUrl: string;

  const run = (line: string): Promise<Outcome> => verbs.run(line);
  const json = (line: string): Promise<Record<string, unknown>> => verbs.json(line);
  /** Everything that a refused command could have changed. */
  const state = async (): Promise<string> => (await provider.getBlockNumber()).toString();

  before(async () => {
    cli = await CommandLine.create();
    [bundles, results] = [join(cli.folder, "bundles"), join(cli.folder, "results")];
    await cli.startNode();
    await cli.json("system", "deploy");
    provider = await openChain({ rpcUrl: cli.rpcUrl });
    const deployments = join(cli.folder, "deployments");
    verbs = new VerbRunner({ rpcUrl: cli.rpcUrl, deployments });
    deployment = loadDeployment(31_337, deployments);
    contracts = connectContracts(deployment, provider);
    const [bundlePort, resultPort] = [await freePort(), await freePort()];
    bundleUrl = `http://127.0.0.1:${bundlePort}`;
    await Promise.all([
      cli.start(["job", "serve", "--bundles", bundles, "--port", `${bundlePort}`], /^Serving/),
      cli.start(["job", "serve", "--results", results, "--port", `${resultPort}`], /^Serving/),
    ]);
    // What other tests show to work by hand goes the short way here.
    const [buyer, worker] = [await senderOf(0), await senderOf(PROVIDER)];
    const { token, staking, nodes, settlement } = contracts;
    const stake = 5_000n * 10n ** 18n;
    await buyer.send(token.transfer.populateTransaction(await worker.address(), stake * 2n));
    await worker.send(token.approve.populateTransaction(staking, stake));
    await worker.send(staking.register.populateTransaction(""));
    await worker.send(staking.stake.populateTransaction(stake));
    const details = { region: `0x${"00".repeat(32)}`, attributes: 0, source: `0x${"00".repeat(32)}`, metadata: "" };
    const endpoint = `http://127.0.0.1:${resultPort}`;
    const ask = { ratePerUnit: 10n ** 14n, minSeconds: 1, maxSeconds: 86_400, kinds: 3, changedAt: 0 };
    await worker.send(
      nodes.addNode.populateTransaction(3, 2, await worker.address(), { ...details, endpoint }, ask, "0x"),
    );
    await buyer.send(token.approve.populateTransaction(settlement, stake));
    await buyer.send(settlement.buy.populateTransaction(stake / 10n, 0, 0));
  });

  after(async () => {
    provider.destroy();
    await cli.dispose();
  });

  async function senderOf(account: number): Promise<TransactionSender> {
    return new TransactionSender(await provider.getSigner(account), { pollMs: 20 });
  }

  async function refused(line: string, sentence: RegExp): Promise<void> {
    expectRefusal(await run(line), sentence);
  }

  describe("bad input", () => {
    it("should be refused in one sentence, and change nothing", async () => {
      const before = await state();
      const open = `job open --workload render --size small --bundles ${bundles} --url ${bundleUrl}`;
      const cases: readonly [line: string, sentence: RegExp][] = [
        ["provider register --yes --from 77", /Nobody here has the key of account 77/],
        [`provider stake --amount 10 --yes --from ${STRANGER}`, /is not registered as a provider.*provider register/],
        [`provider stake --amount 9e9 --yes --from ${PROVIDER}`, /"9e9" is not a decimal number/],
        [
          `provider stake --amount 9000000000 --yes --from ${PROVIDER}`,
          /account has .* MILL, and 9,000,000,000 MILL are needed.*faucet/,
        ],
        ["provider stake --amount 10 --yes", /is not registered.*provider register/],
        ["provider stake --yes", /provider stake needs --amount/],
        [`provider register --from ${STRANGER}`, /Nobody can be asked.*--yes/],
        [`node add --class 1 --units 9 --rate 1\/h --yes --from ${PROVIDER}`, /stake of .* is too small.*Stake more/],
        ["job hire --node 42 --seconds 60s --max-rate 1/h --yes", /Node 42 takes no work now: it does not exist/],
        ["job hire --node 1 --seconds 60s --max-rate 0.1/h --yes", /above your maximum of 0\.1 credits\/h/],
        ["job hire --node 1 --seconds 60s --max-rate 5 --yes", /rate "5" has no unit/],
        [`${open} --max-price 999999 --yes`, /999,999 credits.*credits buy/],
        ["job accept --task 9 --node 1 --yes", /no task 9/],
        [`job serve --bundles ${bundles} --port ${new URL(bundleUrl).port}`, /Port \d+ of .* is in use.*another port/],
      ];
      for (const [line, sentence] of cases) await refused(line, sentence);
      expect(await state()).to.equal(before);
    });

    it("should be refused in one sentence by the command line, whoever finds it", async () => {
      const before = await state();
      const cases: readonly [line: string, sentence: RegExp, environment?: Record<string, string>][] = [
        ["provider register --yes", /private key is malformed.*64 hexadecimal/, { MILLRACE_PRIVATE_KEY: "0x1234" }],
        ["provider stake --amount ten --yes", /amount of MILL "ten" is not a decimal number/],
        ["system deploy --network remote", /The network's key is not set\. Set MILLRACE_PRIVATE_KEY/],
        ["system status --network default", /lives only inside one process/],
        ["system status --network nowhere", /There is no network nowhere .* Choose one of localhost, remote\./],
      ];
      // Two at a time: that is how many cores there are.
      for (let i = 0; i < cases.length; i += 2) {
        await Promise.all(
          cases.slice(i, i + 2).map(async ([line, sentence, environment]) => {
            expectRefusal(await cli.run(line.split(" "), environment), sentence);
          }),
        );
      }
      expect(await state()).to.equal(before);
    });

    it("should tell a node that is down and a chain without a deployment", async () => {
      const down = `http://127.0.0.1:${await freePort()}`;
      const other = createServer((_, response) => response.end('{"jsonrpc":"2.0","id":1,"result":"0x1"}'));
      for (const [rpcUrl, sentence] of [
        [down, /No chain answers at .*hardhat node/],
        [await serve(other), /not deployed on chain 1:.*another network/],
      ] as const)
        expectRefusal(
          await new VerbRunner({ rpcUrl, deployments: join(cli.folder, "deployments") }).run("node list"),
          sentence,
        );
      other.close();
    });

    it("should answer machines with JSON too", async () => {
      const { code, stdout } = await cli.run("job watch --task 9 --json".split(" "));
      expect(code).to.equal(1);
      expect((JSON.parse(stdout) as { error: { code: string } }).error.code).to.equal("BAD_INPUT");
    });
  });

  describe("stake of others", () => {
    const MILL = "000000000000000000";

    it("should be lent, shown, and be on its way back, and the worst loss be told", async () => {
      const pool = `--provider ${PROVIDER}`;
      const delegated = await json(`provider delegate ${pool} --amount 100 --yes`);
      expect(delegated).to.include({ shares: `100${MILL}` });
      await json(`provider undelegate ${pool} --amount 40 --yes`);
      await refused(
        `provider undelegate --provider ${PROVIDER} --withdraw --yes`,
        /Nothing has matured yet.*matures at/,
      );
      const mine = await json(`provider delegation ${pool}`);
      expect(mine).to.include({ undelegating: `40${MILL}`, worth: `100${MILL}` });
      expect(BigInt(mine["earning"] as string) + BigInt(mine["joining"] as string)).to.equal(60n * 10n ** 18n);
      const { worstLoss, nodes, delegated: counts } = await json(`provider info ${pool}`);
      expect(counts).to.equal(`60${MILL}`);
      const [node] = nodes as { nodeId: number; isEligible: boolean; stake: string; losses: { mill: string }[] }[];
      expect(node).to.include({ nodeId: 1, isEligible: true });
      // A wrong capacity proof takes a tenth of what the node needs.
      expect(BigInt(node!.losses[0]!.mill) * 10n).to.equal(BigInt(node!.stake));
      expect(worstLoss).to.include({ fromStake: node!.losses[0]!.mill, fromDelegated: "0" });
      expect(await run("provider rewards --provider 3")).to.include({ code: 0 });
    });

    it("should be told what the provider keeps, and who works for it", async () => {
      const from = `--from ${PROVIDER} --yes`;
      const { address } = await provider.getSigner(STRANGER);
      expect(await json(`provider commission --share 10% ${from}`)).to.include({ ppm: 100_000 });
      await json(`provider operator --operator ${address} ${from}`);
      await refused(`provider leave --from ${PROVIDER} --yes`, /still has nodes that need a stake of 200 MILL/);
      expect(await json(`provider payout --to ${address} ${from}`)).to.include({ receiver: address });
      const paused = await json(`node pause --node 1 --from ${STRANGER} --yes`);
      expect(paused).to.include({ status: "draining" });
      const { nodes } = await json(`provider info --provider ${PROVIDER}`);
      expect((nodes as { reason: string }[])[0]).to.include({
        isEligible: false,
        reason: "its provider paused it; node pause --end ends that",
      });
      await json(`node pause --node 1 --end --from ${STRANGER} --yes`);
      await json(`node maintenance --node 1 --in 1h --length 30m --from ${STRANGER} --yes`);
      const { windows } = await json("node maintenance --node 1");
      expect(windows).to.have.lengthOf(1);
      await json(`node maintenance --node 1 --cancel --from ${STRANGER} --yes`);
      await json(`node inspect --node 1 --attributes 0,2 --from ${AUDITOR} --yes`);
      const inspector = (await provider.getSigner(AUDITOR)).address;
      expect(await contracts.inspections.isConfirmed(1, 5, [inspector], true)).to.equal(true);
    });
  });

  describe("a channel", () => {
    it("should pay vouchers, refuse what they do not cover, and close after notice", async () => {
      const worker = await (await provider.getSigner(PROVIDER)).getAddress();
      const voucher = join(cli.folder, "voucher.json");
      const opened = await json(`channel open --credits 50 --notice 10s --yes --provider ${worker}`);
      const channel = `--channel ${String(opened["number"])}`;
      await refused(`channel voucher ${channel} --total 51 --out ${voucher}`, /ever held 50 credits.*Top it up/);
      await refused(`channel voucher ${channel} --total 5 --from ${STRANGER}`, /only that key can sign.*--from/);
      await refused(`channel redeem --voucher ${join(cli.folder, "none")} --yes`, /cannot be read/);
      await json(`channel voucher ${channel} --total 12.5 --out ${voucher}`);
      const redeem = `channel redeem --voucher ${voucher} --yes --from`;
      await refused(`${redeem} ${AUDITOR}`, /Only the provider .* or its operator/);
      const paid = await json(`${redeem} ${PROVIDER}`);
      expect(paid["paid"]).to.equal("12500000000000000000");
      await refused(`${redeem} ${PROVIDER}`, /pays nothing.*higher voucher/);
      await json(`channel topup ${channel} --credits 1 --yes`);
      const notice = await json(`channel close ${channel} --yes`);
      expect(notice).to.have.property("closesAt");
      await provider.send("evm_increaseTime", [20]);
      const closed = await json(`channel close ${channel} --yes`);
      expect(closed["refunded"]).to.equal("38500000000000000000");
      const { stdout } = await run("channel show");
      expect(stdout).to.match(/closed.*12\.5/);
    });
  });

  describe("results that a buyer judges, or that are proven", () => {
    it("should go from the order to the key of a chunk, and refuse what is not allowed", async () => {
      const [description, preview, cipher] = ["wish.txt", "preview.png", "chunk.bin"].map((name) =>
        join(cli.folder, name),
      );
      for (const file of [description, preview, cipher]) writeFileSync(file!, file!);
      const open = `job open-chunks --chunks 2 --description ${description} --start-price 2 --max-price 2 --yes`;
      const { taskId } = await json(open);
      const task = `--task ${String(taskId)}`;
      const key = `0x${"5e".repeat(32)}`;
      await json(`job take --market approval ${task} --node 1 --from ${PROVIDER} --yes`);
      const submit = `job submit-chunk ${task} --chunk 0 --preview ${preview} --cipher ${cipher} --key ${key} --yes`;
      await json(`${submit} --from ${PROVIDER}`);
      await refused(`job judge ${task} --chunk 0 --yes`, /either --approve or --reject/);
      await refused(`job judge ${task} --chunk 0 --approve --from ${STRANGER} --yes`, /Only the buyer .* judges/);
      await refused(
        `job release-key ${task} --chunk 0 --key ${key} --from ${PROVIDER} --yes`,
        /is submitted; this needs approved/,
      );
      await refused(`job end ${task} --yes`, /cannot be ended/);
      await refused(`job close ${task} --market approval --yes`, /is working/);
      await refused("job prove --task 1 --output 0x12 --proof none --yes", /no task 1/);
      await refused(
        "job take --market lease --task 1 --node 1 --yes",
        /--market is "lease".*dispute, machine, approval, proof/,
      );
      await json(`job judge ${task} --chunk 0 --approve --yes`);
      const paid = await json(`job release-key ${task} --chunk 0 --key ${key} --from ${PROVIDER} --yes`);
      expect(paid["credits"]).to.equal("2000000000000000000");
      const { stdout } = await run(`job chunks ${task}`);
      expect(stdout)
        .to.match(/1 of 2 chunks left, 2 credits paid/)
        .and.to.match(/paid\W+1 of 3/);
    });
  });

  describe("an order and a quote", () => {
    it("should begin leases at agreed terms, and give back what is not needed", async () => {
      const file = join(cli.folder, "quote.json");
      const opened = await json("order open --seconds 10m --start-rate 0.5/h --max-rate 1/h --seats 2 --yes");
      const order = `--order ${String(opened["orderId"])}`;
      const taken = await json(`order accept ${order} --seat 1 --node 1 --yes --from ${PROVIDER}`);
      expect(taken).to.have.property("leaseId");
      await refused(`order accept ${order} --seat 1 --node 1 --yes --from ${PROVIDER}`, /is leased; this needs open/);
      expect((await run("order list")).stdout).to.match(/listed.*0.*open[^]*listed.*1.*leased/);
      await json(`order close ${order} --yes`);
      await json(`job close --lease ${String(taken["leaseId"])} --yes`);

      const sign = `quote sign --node 1 --rate 1/h --min-seconds 1m --bond 1 --uptime 99% --nonce 5 --out ${file}`;
      await refused(`${sign} --from ${AUDITOR}`, /only it and its operator can offer it/);
      await json(`${sign} --from ${PROVIDER}`);
      await refused(`quote take --quote ${join(cli.folder, "none")} --seconds 2m --yes`, /cannot be read/);
      await refused(`quote take --quote ${file} --seconds 30s --yes`, /not what was quoted/);
      const { leaseId } = await json(`quote take --quote ${file} --seconds 2m --yes`);
      await json(`job close --lease ${String(leaseId)} --yes`);
      await json(`quote cancel --nonce 5 --yes --from ${PROVIDER}`);
      await refused(`quote take --quote ${file} --seconds 2m --yes`, /cancelled its quotes of nonce 5/);
    });
  });

  describe("a wrong result", () => {
    it("should be found, proven and slashed with one command; a malformed proof is refused", async () => {
      const open = `job open --workload render --size small --bundles ${bundles} --url ${bundleUrl} --window 10m --yes`;
      const { taskId } = await json(open);
      const id = BigInt(taskId as number);
      await json(`job accept --task ${id} --node 1 --from ${PROVIDER} --yes`);
      await submitWrong(id);

      const proof = join(cli.folder, "proof.json");
      writeFileSync(proof, '{ "target": { "region": 1, "position": -3, "lane": 0 } }');
      await refused(`dispute prove --task ${id} --proof ${proof} --yes`, /proof in .* is malformed: target\.position/);
      const dry = await json(`dispute open --task ${id} --from ${AUDITOR} --dry-run`);
      expect(dry["dryRun"]).to.be.true;
      const opened = await json(`dispute open --task ${id} --from ${AUDITOR} --yes`);
      expect(opened).to.include({ isRight: false, move: "prove", state: "slashed" });
      expect(await contracts.tasks.statusOf(id)).to.equal(8n);
    });

    it("should not be accepted late", async () => {
      const wish = "--workload render --size small --expires 2s";
      const { taskId } = await json(`job open ${wish} --bundles ${bundles} --url ${bundleUrl} --yes`);
      await provider.send("evm_increaseTime", [30]);
      await refused(`job accept --task ${String(taskId)} --node 1 --from ${PROVIDER} --yes`, /expired|is expired/);
    });
  });

  /** What a cheating provider does: one word is changed deep in the computation, and everything after it fits. */
  async function submitWrong(taskId: bigint): Promise<void> {
    const order = await readOrder(contracts.tasks, taskId, deployment.deployedAtBlock);
    const bundle = await fetchBundle(order.terms);
    const traces = await executeInWorker(bundle.program, bundle.input, {
      alter: { operatorIndex: 2, byte: 5, xor: 1 },
    });
    const { bodyRoot, outputRoot } = rootsOf(traces);
    const folder = join(results, `${taskId}`, "1");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "output.bin"), traces.output.words);
    writeFileSync(join(folder, "body.bin"), traces.body!.words);
    const worker = await senderOf(PROVIDER);
    const { header } = bundle.program;
    await worker.send(contracts.tasks.submit.populateTransaction(taskId, order, header, bodyRoot, outputRoot));
  }
});
