import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

import { expect } from "chai";
import type { Result } from "ethers";

import { PeerClient } from "@millrace/oracle";
import { countUp } from "@millrace/uptime-tree/format";
import {
  BatchTree,
  heartbeatHash,
  receiptEvidence,
  signBatch,
  signHeartbeat,
  signProbe,
  uptimeDomain,
  type Receipt,
  type SignedBatch,
  type SignedHeartbeat,
} from "@millrace/uptime-tree/format";

import { deepDescribe } from "../../support/deep.js";
import { freePort } from "../../../scripts/local/freePort.js";
import { toHeartbeatJson } from "../../../services/oracle/src/store/heartbeatJson.js";
import { VerbRunner } from "../../cli/VerbRunner.js";
import { MEMBERS, OracleWorld, SLOTS } from "./OracleWorld.js";

/** Long enough that a process can be started and answer within a quarter of it. */
const CHALLENGE_SECONDS = 60;
/** Order of the contracts' enumerations. */
const Status = { None: 0n, Posted: 1n, Final: 2n } as const;
const Challenge = { Open: 1n, Answered: 2n } as const;
const Part = { Leaf: 0, DataChunk: 1 } as const;

deepDescribe("what attestors owe to the chain, as processes", () => {
  let world: OracleWorld;
  let verbs: VerbRunner;
  let endpoint: Server;
  let answersProbes = true;
  let probed = 0;
  const members = Array.from({ length: MEMBERS }, (_, member) => member);
  const start = async (member: number): Promise<void> => world.startMember(member, { probeOneIn: 1, pollMs: 1_000 });
  const posted = async (epoch: number): Promise<void> => {
    const isPosted = async (): Promise<boolean> => (await world.contracts.uptime.statusOf(epoch)) !== Status.None;
    await world.until(`report ${epoch}`, isPosted);
  };
  const reportOf = async (epoch: number) => {
    const [log] = await world.contracts.uptime.queryFilter(world.contracts.uptime.filters.ReportPosted(epoch));
    const { report, reportHash } = log!.args;
    // Results of ethers are frozen, and are copied before they are encoded again.
    return { report: { ...(report as unknown as Result).toObject() } as unknown as typeof report, reportHash };
  };

  before(async () => {
    world = await OracleWorld.start();
    verbs = new VerbRunner({ rpcUrl: world.chain.url, deployments: world.folder });
    const port = await freePort();
    const domain = uptimeDomain(world.deployment.chainId, world.deployment.contracts.UptimeOracle);
    endpoint = createServer((request, response) => {
      probed++;
      const nonce = request.url!.split("/").at(-1)!;
      if (!answersProbes) response.writeHead(500).end();
      else
        void signProbe(world.agentKey(2), domain, nonce).then((signature) =>
          response.end(JSON.stringify({ signature })),
        );
    });
    await new Promise<void>((resolve) => endpoint.listen(port, "127.0.0.1", resolve));
    await world.enlist(2, (node) => (node === 2 ? `http://127.0.0.1:${port}/node` : ""));
    await (await world.contracts.uptime.setChallengeSeconds(CHALLENGE_SECONDS)).wait();
    // A second a block, whatever the clock says: the chain can stand still while processes start.
    await world.provider.send("anvil_setBlockTimestampInterval", [1]);
    await world.chain.mineEvery(1);
    await Promise.all(members.map(start));
    await Promise.all([1, 2].map((node) => world.startAgent(node)));
  });

  after(async () => {
    endpoint.close();
    await world.end();
  });

  let challenged = 0;

  it("should not count a slot to a node that beats but does not answer at its endpoint", async () => {
    const good = await world.nextEpoch();
    const silent = await world.nextEpoch();
    answersProbes = false;
    await world.until("the end of the epoch", async () => (await world.now()) > world.clock.endOf(silent) + 1);
    answersProbes = true;
    await posted(silent);
    const slotsOf = async (epoch: number, nodeId: bigint): Promise<number> => {
      return countUp((await world.leaf(epoch, nodeId))!.leaf.bitmap);
    };
    expect(probed).to.be.greaterThan(MEMBERS);
    expect([await slotsOf(good, 1n), await slotsOf(good, 2n)], "both answer").to.deep.equal([SLOTS, SLOTS]);
    expect([await slotsOf(silent, 1n), await slotsOf(silent, 2n)], "one is silent").to.deep.equal([SLOTS, 0]);
    const metrics = await (await fetch(`${world.urls[0]}/metrics`)).text();
    for (const outcome of ["answered", "silent"]) {
      expect(metrics).to.match(new RegExp(`probes_total\\{outcome="${outcome}"\\} [1-9]`));
    }
    challenged = silent;
  });

  it("should answer a challenge to a slot that was up, and be paid its bond", async () => {
    const { challenges } = world.contracts;
    const { reportHash } = await reportOf(challenged);
    const line = `oracle challenge --epoch ${challenged} --node 1 --slot 0 --attestor ${world.urls[0]}`;
    const { stdout, code } = await verbs.run(`${line} --dry-run`);
    expect(code).to.equal(0);
    expect(stdout).to.match(/Challenge slot 0 of node 1.*sent along.*Dry run/s);
    const sent = await verbs.json(`${line} --yes`);
    const challengeId = await challenges.challengeIdOf(reportHash, 1n, 0);
    expect(sent["challengeId"]).to.equal(challengeId);
    const isAnswered = async (): Promise<boolean> =>
      (await challenges.challengeOf(challengeId)).status !== Challenge.Open;
    await world.until("an answer", isAnswered);
    expect((await challenges.challengeOf(challengeId)).status).to.equal(Challenge.Answered);
    const owed = await Promise.all(members.map((member) => owedTo(member)));
    expect(owed.reduce((sum, each) => sum + each)).to.equal(await challenges.bondWei());
  });

  it("should let a person do the same by hand, refuse what makes no sense, and verify the data file", async () => {
    const refused = async (line: string, sentence: RegExp): Promise<void> => {
      const { code, stderr } = await verbs.run(`oracle ${line}`);
      expect(stderr.trim(), line).to.match(sentence);
      expect(code, line).to.equal(1);
    };
    const response = await fetch(`${world.urls[1]}/epochs/${challenged}/data`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const [good, bad] = [join(world.folder, "good.bin"), join(world.folder, "bad.bin")];
    writeFileSync(good, bytes);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(bad, bytes);
    const { reportHash } = await reportOf(challenged);
    expect(await verbs.json(`oracle verify --file ${good}`)).to.include({ posted: reportHash, reportHash });
    await refused(`verify --file ${bad}`, /is not what it should be|the chain has/);
    const slot = `--epoch ${challenged} --node 1 --slot`;
    const urls = world.urls.join(",");
    for (const [line, sentence] of [
      [`challenge ${slot} 0 --attestor ${world.urls[0]} --yes`, /challenged/i],
      [`challenge --epoch ${challenged} --node 2 --slot 0 --attestor ${world.urls[0]} --yes`, /slot/i],
      [`challenge ${slot} 300 --attestor ${world.urls[0]} --yes`, /--slot is "300"/],
      [`answer ${slot} 2 --attestor ${urls} --yes`, /Nobody challenged slot 2/],
      [`answer ${slot} 0 --attestor ${urls} --yes`, /challenge/i],
      [`answer ${slot} 0 --attestor nowhere --yes`, /names "nowhere": /],
      [`clear ${slot} 0 --yes`, /challenge/i],
      [`convict ${slot} 0 --file ${good} --yes`, /challenge|heartbeat/i],
      [`restore ${slot} 0 --attestor ${urls} --yes`, /slot/i],
      [`correct ${slot.replace(" --slot", "")} --yes`, /no correction to settle/],
      [`demand --epoch ${challenged} --yes`, /leaf or a chunk/],
      [`demand --epoch ${challenged} --leaf 99 --yes`, /demand/i],
      [`show --epoch ${challenged} --leaf 0 --file ${good} --yes`, /demand/i],
      [`show --epoch ${challenged} --leaf 0 --file ${bad} --yes`, /data file|another report/],
      [`void --epoch ${challenged} --chunk 0 --yes`, /demand/i],
      [`prove --file ${good} --yes`, /is no proof|not JSON|JSON/],
      [`receipts --epoch ${challenged} --node 9 --slots 0 --attestor ${urls} --yes`, /No attestor has a receipt/],
      ["challenge --epoch 4000000 --node 1 --slot 0 --attestor http://127.0.0.1:1 --yes", /No report stands/],
      ["withdraw --yes", /owed|nothing/i],
    ] as const) {
      await refused(line, sentence);
    }
    await verbs.json(`oracle receipts --epoch ${challenged} --node 1 --slots 0,1 --attestor ${urls} --yes`);
    expect(await world.contracts.receipts.seenOf(challenged, 1)).to.equal(0b11n);
    const demanded = await verbs.json(`oracle demand --epoch ${challenged} --chunk 0 --yes`);
    const shown = async (): Promise<boolean> => {
      return (await world.contracts.challenges.demandOf(demanded["demandId"] as string)).answerBy === 0n;
    };
    await world.until("the chunk", shown);
    const winner = (await Promise.all(members.map((member) => owedTo(member)))).findIndex((owed) => owed > 0n);
    await verbs.json(`oracle withdraw --account ${world.attestorKey(winner).address} --yes`);
    expect(await owedTo(winner)).to.equal(0n);
  });

  it("should answer what was asked while it was down: a challenge, a leaf and a chunk", async () => {
    const { challenges } = world.contracts;
    const { report, reportHash } = await reportOf(challenged);
    const { leaf, proof } = (await world.leaf(challenged, 1n))!;
    await Promise.all(members.map((member) => world.kill(`attestor-${member}`)));
    await world.provider.send("evm_setIntervalMining", [0]);
    const value = await challenges.bondWei();
    await challenges.challengeSlot(report, leaf, proof, 1, { value });
    await challenges.demandPart(report, Part.Leaf, 1, { value });
    await challenges.demandPart(report, Part.DataChunk, 0, { value });
    await world.provider.send("evm_mine", []);
    await Promise.all(members.map(start));
    await world.chain.mineEvery(1);
    const challengeId = await challenges.challengeIdOf(reportHash, 1n, 1);
    await world.until(
      "an answer",
      async () => (await challenges.challengeOf(challengeId)).status === Challenge.Answered,
    );
    const demands = [
      await challenges.demandIdOf(reportHash, Part.Leaf, 1),
      await challenges.demandIdOf(reportHash, Part.DataChunk, 0),
    ];
    await world.until("the parts", async () =>
      (await Promise.all(demands.map((id) => challenges.demandOf(id)))).every(({ answerBy }) => answerBy === 0n),
    );
    const [shown] = await challenges.queryFilter(challenges.filters.LeafShown(demands[0]));
    expect(shown!.args.leaf.nodeId).to.equal(2n);
    expect(await challenges.queryFilter(challenges.filters.PartMissed())).to.be.empty;
  });

  it("should sign afterwards what was reported while it was down", async () => {
    const { uptime } = world.contracts;
    const epoch = await world.nextEpoch();
    await world.kill("attestor-3");
    await posted(epoch);
    expect((await uptime.reportOf(epoch)).signers).to.equal(0b0111n);
    await start(3);
    // Only the newest report is signed afterwards; it may be the next one by now, of which this member was a part.
    await world.until(
      "a late signature",
      async () => (await uptime.queryFilter(uptime.filters.ReportCosigned())).length > 0,
    );
    const [log] = await uptime.queryFilter(uptime.filters.ReportCosigned());
    expect(log!.args.seat).to.equal(3n);
    expect((await uptime.reportOf(log!.args.epoch)).signers).to.equal(0b1111n);
  });

  let heard: { epoch: number; slot: number; receipt: Receipt } | undefined;

  it("should prove a contradiction that it hears", async () => {
    const { uptime } = world.contracts;
    await Promise.all([world.kill("attestor-3"), world.kill("agent-2")]);
    const epoch = await world.nextEpoch();
    // Node 2 is heard by member 0 alone; member 3, whose key the test has, saw it too and says two things about it.
    const [heartbeat, batch, receipt] = await hearAt(epoch);
    const other = await signBatch(world.attestorKey(3), domain(), { ...batch, root: `0x${"77".repeat(32)}` });
    const client = new PeerClient(world.urls[1]!, 5_000);
    expect(await client.offer([batch])).to.deep.equal({ taken: 1 });
    expect(await client.offer([other])).to.deep.equal({ taken: 1 });
    await world.until("the proof", async () => (await uptime.epochStateOf(epoch)).guilty === 0b1000n);
    const [convicted] = await uptime.queryFilter(uptime.filters.AttestorConvicted());
    expect(convicted!.args.account).to.equal(world.attestorKey(3).address);
    expect(convicted!.args.slashed > 0n).to.equal(true);
    heard = { epoch, slot: heartbeat.slot, receipt };
  });

  it("should settle the correction of a slot that receipts restore, once its report is final", async () => {
    const { challenges, rewards } = world.contracts;
    const { epoch, slot, receipt } = heard!;
    await posted(epoch);
    const { report } = await reportOf(epoch);
    const { leaf, proof } = (await world.leaf(epoch, 2n))!;
    expect(leaf.bitmap, "one of three saw it").to.equal(0n);
    const [theirs] = await new PeerClient(world.urls[0]!, 5_000).receipts(epoch, slot, [2n]);
    const receipts = [receiptEvidence(theirs!, 0), receiptEvidence(receipt, 3)];
    await (await challenges.restoreSlot(report, leaf, proof, slot, receipts)).wait();
    const isPending = async (): Promise<boolean> => (await challenges.correctionOf(report.root, 2)).isPending;
    expect(await isPending()).to.equal(true);
    await world.provider.send("anvil_mine", ["0x2", `0x${(2 * CHALLENGE_SECONDS).toString(16)}`]);
    await world.until("the settlement", async () => !(await isPending()));
    const { delta } = await challenges.correctionsOf(2);
    expect(delta > 0n).to.equal(true);
    await (await rewards.collect(leaf, proof)).wait();
    expect((await rewards.collectionOf(2)).mill).to.equal(leaf.rawCumulativeReward + delta);
  });

  async function owedTo(member: number): Promise<bigint> {
    return await world.contracts.challenges.owedTo(world.attestorKey(member).address);
  }

  function domain(): ReturnType<typeof uptimeDomain> {
    return uptimeDomain(world.deployment.chainId, world.deployment.contracts.UptimeOracle);
  }

  /** Lets member 0 hear node 2 in the first slot of an epoch; member 3's batch of it, and its receipt. */
  async function hearAt(epoch: number): Promise<[SignedHeartbeat, SignedBatch, Receipt]> {
    const block = (await world.provider.getBlock("latest"))!;
    const slot = world.clock.slotAt(block.timestamp);
    expect(world.clock.epochAt(block.timestamp)).to.equal(epoch);
    const content = { epoch, slot, nodeIds: [2n], blockNumber: BigInt(block.number), blockHash: block.hash! };
    const heartbeat = await signHeartbeat(world.agentKey(2), domain(), content);
    const response = await fetch(`${world.urls[0]}/heartbeats`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: toHeartbeatJson(heartbeat),
    });
    expect(response.status).to.equal(200);
    const tree = new BatchTree([{ nodeId: 2n, heartbeatHash: heartbeatHash(domain(), heartbeat) }]);
    const batch = await signBatch(world.attestorKey(3), domain(), { epoch, slot, root: tree.root });
    return [heartbeat, batch, tree.receipt(batch, 2n)!];
  }
});
