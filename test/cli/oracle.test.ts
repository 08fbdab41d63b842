import { expect } from "chai";
import hre from "hardhat";

import { countUp } from "@millrace/uptime-tree/format";

import { addNode } from "../market/marketFixture.js";
import { forgetWord } from "../support/forgetWord.js";
import { restoreEach } from "../support/restoreEach.js";
import { expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";
import { OracleStage } from "./OracleStage.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

/** Order of the contracts' enumerations. */
const Status = { Void: 3n } as const;
const Challenge = { Answered: 2n, Cleared: 3n } as const;

/** Where a data file has the last byte of its chain, the first of its oracle, the last of its epoch, its observers. */
const [CHAIN_AT, ORACLE_AT, EPOCH_AT, OBSERVERS_AT] = [15, 16, 39, 42];
/** Where it has the last bytes of the report before and of the registry's digest. */
const [PREVIOUS_AT, REGISTRY_AT] = [95, 127];
const [HEADER_BYTES, NODE_BYTES] = [172, 43];

/** Slots in which all see both nodes. */
const HEARD = 5;
/** Seat 0 says that it saw node 1 in a slot in which nobody was there. */
const INVENTED = { seat: 0, nodeId: 1n, slot: 7 } as const;
/** Seat 1 gave node 2 a receipt for a slot, and says that it did not see it. */
const HIDDEN = { seat: 1, nodeId: 2n, slot: 9 } as const;

describe("tasks of the oracle", () => {
  let at: VerbWorld;
  let stage: OracleStage;

  before(async () => {
    at = await verbWorld(connection);
    stage = await OracleStage.open(connection, at.world, (seat) => {
      const all = (slot: number): bigint[] => (slot < HEARD ? [1n, 2n] : []);
      const also = (what: typeof INVENTED | typeof HIDDEN) => (slot: number) =>
        what.seat === seat && what.slot === slot ? [what.nodeId] : all(slot);
      return { heard: also(HIDDEN), seen: also(INVENTED) };
    });
  });

  after(async () => {
    stage.close();
    await at.dispose();
  });

  restoreEach(networkHelpers);

  const as = (party: keyof typeof FROM) => `--from ${FROM[party]} --yes`;
  const epoch = () => `--epoch ${stage.epoch}`;
  const slotOf = ({ nodeId, slot }: { nodeId: bigint; slot: number }) => `${epoch()} --node ${nodeId} --slot ${slot}`;
  const attestor = () => `--attestor ${stage.url}`;
  const root = () => stage.built.report.root;
  const leafOf = (nodeId: bigint) => stage.built.leaves.leaf(Number(nodeId) - 1);
  const bondOf = async (seat: number): Promise<bigint> => {
    const account = at.world.attestors[seat];
    return (await at.world.staking.accountOf(account)).bonded;
  };
  const bonds = async (): Promise<bigint[]> => Promise.all([0, 1, 2].map((seat) => bondOf(seat)));
  const toFinal = async (): Promise<void> => {
    const { finalAt } = await at.world.uptime.reportOf(stage.epoch);
    await networkHelpers.time.increaseTo(finalAt);
  };
  /** Lets the contract forget the hash of a report, as it does when 32 more were posted. */
  const forget = async (reportHash: string): Promise<void> => {
    await forgetWord(ethers.provider, await at.world.uptime.getAddress(), reportHash);
  };
  /** The result of a command is about the chain's newest transaction, which the named party sent. */
  const expectSent = async (transaction: unknown, party: keyof typeof FROM): Promise<void> => {
    const sent = await ethers.provider.getTransaction(transaction as string);
    expect(sent?.from).to.equal((await ethers.getSigners())[FROM[party]].address);
    expect(sent?.blockNumber).to.equal(await networkHelpers.time.latestBlock());
  };

  const challenged = async (what: { nodeId: bigint; slot: number }): Promise<string> => {
    const { challengeId } = await at.verbs.json(`oracle challenge ${slotOf(what)} ${attestor()} ${as("stranger")}`);
    return challengeId as string;
  };

  it("should verify the data file with a program of its own, and tell what is not the chain's", async () => {
    const { root, evidenceRoot, dataHash } = stage.built.report;
    const verified = await at.verbs.json(`oracle verify ${stage.file}`);
    expect(verified).to.include({
      posted: stage.reportHash,
      reportHash: stage.reportHash,
      root,
      evidenceRoot,
      dataHash,
    });
    const bytes = Buffer.from(stage.built.bytes);
    // The pot, which nobody signs.
    bytes[63] ^= 1;
    const { code, stderr } = await at.verbs.run(`oracle verify --file ${stage.writeBytes("other.bin", bytes)}`);
    expect(stderr).to.match(/^Error: The file gives report 0x\w{64}, the chain has 0x\w{64}\./);
    expect(code).to.equal(1);
  });

  it("should refuse slots that an epoch has not got, and attestors that cannot be asked", async () => {
    const late = `--node 1 --slot 20 ${epoch()}`;
    for (const line of [`challenge ${late} ${attestor()}`, `clear ${late}`, `restore ${late} ${attestor()}`]) {
      await expectRefused(connection, at.verbs, `oracle ${line} ${as("stranger")}`, /--slot is "20".* up to 19\. Give/);
    }
    const receipts = `oracle receipts ${epoch()} --node 1 ${attestor()} ${as("stranger")} --slots`;
    await expectRefused(connection, at.verbs, `${receipts} 20`, /--slots is "20"/);
    await expectRefused(connection, at.verbs, `${receipts} 1,1`, /--slots is "1,1", which names something twice/);
    for (const [url, why] of [
      ["localhost:4000", "no address that begins with http"],
      ["file:///etc/hosts", "no address that begins with http"],
      ["http://me:secret@127.0.0.1:4000", "a name or password is not sent"],
      ["", "no address that begins with http"],
    ] as const) {
      const sentence = new RegExp(`--attestor names "${url}": ${why}.*such as http://127\\.0\\.0\\.1:4000`);
      await expectRefused(connection, at.verbs, `oracle report ${epoch()} --node 1 --attestor ${url}`, sentence);
    }
    await expectRefused(connection, at.verbs, "oracle status --last 0", /--last is "0".* from 1 up to 1000/);
  });

  it("should take the file with its name or without, and not both", async () => {
    const { stdout } = await at.verbs.run(`oracle verify --file ${stage.file}`);
    expect(stdout).to.equal((await at.verbs.run(`oracle verify ${stage.file}`)).stdout);
    const twice = await at.verbs.run(`oracle verify ${stage.file} --file ${stage.file}`);
    expect([twice.code, twice.stderr]).to.deep.equal([
      1,
      "Error: oracle verify takes one file: as --file or without, not both. See npx hardhat oracle verify --help.\n",
    ]);
    const none = await at.verbs.run("oracle verify");
    expect([none.code, none.stderr]).to.deep.equal([
      1,
      "Error: oracle verify needs --file. See npx hardhat oracle verify --help.\n",
    ]);
  });

  it("should find what was changed in the file of a report whose hash the contract has forgotten", async () => {
    await toFinal();
    await forget(stage.reportHash);
    expect(await at.world.uptime.reportHashAt(stage.epoch)).to.equal(ethers.ZeroHash);
    const found = await at.verbs.json(`oracle verify --file ${stage.file}`);
    expect(found).to.include({ status: "final", posted: stage.reportHash });
    // All of these leave the root as it is, and none of them is signed by an attestor.
    for (const [what, change] of [
      ["the report before", (bytes: Buffer) => void (bytes[PREVIOUS_AT] ^= 1)],
      ["the registry", (bytes: Buffer) => void (bytes[REGISTRY_AT] ^= 1)],
    ] as const) {
      const bytes = Buffer.from(stage.built.bytes);
      change(bytes);
      const { code, stderr } = await at.verbs.run(`oracle verify --file ${stage.writeBytes("changed.bin", bytes)}`);
      expect(stderr, what).to.match(/^Error: The file gives report 0x\w{64}, the chain has 0x\w{64}\./);
      expect(code, what).to.equal(1);
    }
  });

  it("should say where a verified report stands", async () => {
    const status = async (): Promise<unknown> => (await at.verbs.json(`oracle verify --file ${stage.file}`)).status;
    expect(await status()).to.equal("posted");
    await toFinal();
    expect(await status()).to.equal("final");
  });

  it("should compare no file with another chain, another oracle or an epoch without a report", async () => {
    // Without observations nothing in it is signed, and all of its header can be changed.
    const { nodeCount } = stage.built.report;
    const verify = (place: number, value: number) => {
      const bytes = Buffer.from(stage.built.bytes).subarray(0, HEADER_BYTES + nodeCount * NODE_BYTES);
      bytes[OBSERVERS_AT] = 0;
      bytes[place] = value;
      return at.verbs.run(`oracle verify --file ${stage.writeBytes("elsewhere.bin", bytes)}`);
    };
    for (const [place, value] of [
      [CHAIN_AT, 1],
      [ORACLE_AT, 1],
    ] as const) {
      const { code, stderr } = await verify(place, value);
      expect(stderr).to.match(
        /^Error: The file is of the oracle 0x\w{40} on chain \d+, not of 0x\w{40} on chain 31337\./,
      );
      expect(code).to.equal(1);
    }
    const { code, stdout } = await verify(EPOCH_AT, stage.epoch + 1);
    expect(stdout).to.match(/on chain +no report of this epoch/);
    expect(code).to.equal(0);
  });

  it("should clear a slot that nobody shows, and convict who said that it was up", async () => {
    const { challenges, stranger, token } = at.world;
    const challengeId = await challenged(INVENTED);
    await networkHelpers.time.increase(await challenges.answerSecondsOf(stage.epoch));
    const cleared = await at.verbs.json(`oracle clear ${slotOf(INVENTED)} ${as("buyer")}`);
    expect(cleared).to.deep.include({ challengeId, epoch: stage.epoch, nodeId: 1, slot: INVENTED.slot });
    await expectSent(cleared["transaction"], "buyer");
    expect((await challenges.challengeOf(challengeId)).status).to.equal(Challenge.Cleared);
    const { bitmap } = leafOf(1n);
    expect(await challenges.correctedBitmap(root(), 1, bitmap)).to.equal(bitmap ^ (1n << BigInt(INVENTED.slot)));
    expect(await challenges.owedTo(stranger)).to.equal(await challenges.bondWei());

    const [before, held] = [await bonds(), await token.balanceOf(stranger)];
    const missing = await at.verbs.run(`oracle convict ${slotOf(INVENTED)} --file nowhere ${as("buyer")}`);
    expect(missing.code).to.equal(1);
    expect(missing.stderr).to.match(/--file names nowhere, which cannot be read\. Check the path\./);
    const convicted = await at.verbs.json(`oracle convict ${slotOf(INVENTED)} --file ${stage.file} ${as("buyer")}`);
    const { attestor: liar } = stage.said[INVENTED.seat].observation;
    expect(convicted).to.deep.include({ challengeId, attestors: [liar] });
    await expectSent(convicted["transaction"], "buyer");
    const after = await bonds();
    expect(after.map((bond, seat) => bond < before[seat])).to.deep.equal([true, false, false]);
    // Who challenged is rewarded, whoever sends the proof.
    expect(await token.balanceOf(stranger)).to.equal(held + ((before[0] - after[0]) * 300_000n) / 1_000_000n);
    const again = `oracle convict ${slotOf(INVENTED)} --file ${stage.file} ${as("buyer")}`;
    await expectRefused(connection, at.verbs, again, /has shown a heartbeat, or paid for it\. There is nobody/);
  });

  it("should answer a challenge with heartbeat and receipts, and withdraw the bond", async () => {
    const { challenges, buyer } = at.world;
    const challengeId = await challenged({ nodeId: 2n, slot: 3 });
    const line = `oracle answer ${slotOf({ nodeId: 2n, slot: 3 })} --attestor ${stage.urls.join(",")}`;
    const answered = await at.verbs.json(`${line} ${as("buyer")}`);
    expect(answered).to.deep.include({ challengeId, isAnswered: true, shown: 3, threshold: 1 });
    expect((await challenges.challengeOf(challengeId)).status).to.equal(Challenge.Answered);
    const owed = await challenges.owedTo(buyer);
    expect(owed).to.equal(await challenges.bondWei());
    const held = await ethers.provider.getBalance(buyer);
    await at.verbs.json(`oracle withdraw --account ${buyer.address} ${as("stranger")}`);
    expect((await ethers.provider.getBalance(buyer)) - held).to.equal(owed);
  });

  it("should hold what attestors show of a node against the chain, and ask the next one", async () => {
    const show = (node: number, ...urls: string[]) =>
      `oracle report ${epoch()} --node ${node} --attestor ${urls.join()}`;
    const { uptime } = await at.verbs.json(show(1, stage.liar, stage.url));
    expect(uptime).to.deep.include({ nodeId: 1, slots: countUp(leafOf(1n).bitmap) });
    const away = "http://127.0.0.1:1";
    const expected = [
      [
        show(1, stage.liar, away),
        /^Error: No attestor shows .*\/liar: shows a leaf .* not in the report.*127\.0\.0\.1:1/,
      ],
      [show(9, stage.url), /^Error: The report of epoch \d+ has no node 9\. A report has the nodes/],
      [show(9, stage.url, away), /^Error: No attestor shows the leaf of node 9 .*127\.0\.0\.1:1.*Name other attestors/],
      [show(1, "attestor"), /^Error: --attestor names "attestor": no address that begins with http/],
      [`oracle report --epoch 0 --node 1 --attestor ${stage.url}`, /^Error: No report stands for epoch 0\./],
    ] as const;
    for (const [line, error] of expected) {
      const { code, stderr } = await at.verbs.run(line);
      expect(stderr.replaceAll("\n", " ")).to.match(error);
      expect(code).to.equal(1);
    }
  });

  it("should say which attestors gave no answer when no receipt came", async () => {
    const receipts = (url: string) =>
      `oracle receipts ${epoch()} --node 9 --slots 5 --attestor ${url} ${as("stranger")}`;
    const silent = "http://127.0.0.1:1";
    const sentence = /No receipt of node 9 for slot 5 came: http:\/\/127\.0\.0\.1:1 gave no answer\. /;
    await expectRefused(connection, at.verbs, receipts(silent), sentence);
    await expectRefused(connection, at.verbs, receipts(`${stage.url},${silent}`), sentence);
  });

  it("should restore a slot by receipts, and settle the correction when the report is final", async () => {
    const { challenges, rewards } = at.world;
    const restored = await at.verbs.json(
      `oracle restore ${slotOf(HIDDEN)} --attestor ${stage.urls.join(",")} ${as("bob")}`,
    );
    expect(restored).to.deep.include({ epoch: stage.epoch, nodeId: 2, slot: HIDDEN.slot, seats: [HIDDEN.seat] });
    await expectSent(restored["transaction"], "bob");
    const { bitmap, rawCumulativeReward } = leafOf(2n);
    expect(await challenges.correctedBitmap(root(), 2, bitmap)).to.equal(bitmap | (1n << BigInt(HIDDEN.slot)));
    const early = await at.verbs.run(`oracle correct ${epoch()} --node 2 ${as("bob")}`);
    expect([early.code, early.stderr]).to.satisfy(([code, text]: [number, string]) => code === 1 && /final/.test(text));

    await toFinal();
    const corrected = await at.verbs.json(`oracle correct ${epoch()} --node 2 ${as("stranger")}`);
    const { delta, pending } = await challenges.correctionsOf(2);
    expect([delta > 0n, pending]).to.deep.equal([true, 0n]);
    expect(corrected).to.deep.include({ epoch: stage.epoch, nodeId: 2, delta: delta.toString() });
    await expectSent(corrected["transaction"], "stranger");
    await rewards.collect(leafOf(2n), stage.built.tree.proof(1));
    expect((await rewards.collectionOf(2)).mill).to.equal(rawCumulativeReward + delta);
  });

  for (const [part, index] of [
    ["leaf", 1],
    ["chunk", 0],
    ["chunk", 900],
  ] as const) {
    it(`should show ${part} ${index} that was demanded, for its fee`, async () => {
      const { challenges, alice } = at.world;
      const fee = await challenges.feeOf(stage.epoch);
      const { demandId } = await at.verbs.json(`oracle demand ${epoch()} --${part} ${index} ${as("stranger")}`);
      const line = `oracle show ${epoch()} --${part} ${index} --file ${stage.file}`;
      const shown = await at.verbs.json(`${line} ${as("alice")}`);
      expect(shown).to.deep.include({ epoch: stage.epoch, part: `${part} ${index}` });
      await expectSent(shown["transaction"], "alice");
      expect((await challenges.demandOf(demandId as string)).demander).to.equal(ethers.ZeroAddress);
      expect(await challenges.owedTo(alice)).to.equal(fee);
      if (part === "leaf") {
        const [{ args }] = await challenges.queryFilter(challenges.filters.LeafShown(demandId as string));
        expect([...args.leaf].map(String)).to.deep.equal(Object.values(leafOf(2n)).map(String));
      } else {
        const [log] = await challenges.queryFilter(challenges.filters.ChunkShown(demandId as string));
        const { args } = challenges.interface.parseLog(log)!;
        const chunk = stage.built.bytes.subarray(1024 * index, 1024 * (index + 1));
        expect(args["chunk"]).to.equal(ethers.hexlify(chunk));
      }
    });
  }

  it("should void a report of which a part is not shown in time, and give the fee back", async () => {
    const { challenges, uptime, stranger } = at.world;
    const fee = await challenges.feeOf(stage.epoch);
    await at.verbs.json(`oracle demand ${epoch()} --chunk 0 ${as("stranger")}`);
    await networkHelpers.time.increase(await challenges.answerSecondsOf(stage.epoch));
    const before = await bonds();
    const voided = await at.verbs.json(`oracle void ${epoch()} --chunk 0 ${as("buyer")}`);
    expect(voided).to.deep.include({ epoch: stage.epoch, part: "chunk 0" });
    await expectSent(voided["transaction"], "buyer");
    expect(await uptime.statusOf(stage.epoch)).to.equal(Status.Void);
    const verified = await at.verbs.run(`oracle verify --file ${stage.file}`);
    expect(verified.stderr).to.match(
      /^Error: Epoch \d+ is void: its report was proven wrong, and counts for nothing\./,
    );
    expect(await challenges.owedTo(stranger)).to.equal(fee);
    expect(await bonds(), "silence is no lie").to.deep.equal(before);
    const { stderr } = await at.verbs.run(`oracle void ${epoch()} --chunk 0 ${as("buyer")}`);
    expect(stderr).to.match(/No report stands/);
  });

  it("should give back the fee of a demand whose report fell by another", async () => {
    const { challenges, alice } = at.world;
    const fee = await challenges.feeOf(stage.epoch);
    await at.verbs.json(`oracle demand ${epoch()} --chunk 0 ${as("stranger")}`);
    const { demandId } = await at.verbs.json(`oracle demand ${epoch()} --leaf 1 ${as("alice")}`);
    await networkHelpers.time.increase(await challenges.answerSecondsOf(stage.epoch));
    const line = `oracle return ${epoch()} --leaf 1 ${as("buyer")}`;
    expect((await at.verbs.run(line)).code, "the report stands").to.equal(1);
    await at.verbs.json(`oracle void ${epoch()} --chunk 0 ${as("buyer")}`);
    const returned = await at.verbs.json(line);
    const demander = alice.address;
    expect(returned).to.deep.include({
      epoch: stage.epoch,
      part: "leaf 1",
      demandId,
      demander,
      feeWei: fee.toString(),
    });
    await expectSent(returned["transaction"], "buyer");
    expect(await challenges.owedTo(alice)).to.equal(fee);
    expect((await at.verbs.run(line)).stderr).to.match(/No demand of leaf 1 of epoch \d+ is open/);
  });

  it("should collect the rewards of an account's nodes, and say which have to wait", async () => {
    const { rewards, alice } = at.world;
    const { rawCumulativeReward: mill } = leafOf(1n);
    const line = `epoch collect --account ${alice.address} ${attestor()} ${as("stranger")}`;
    const open = await networkHelpers.takeSnapshot();
    await toFinal();
    const collected = await at.verbs.json(line);
    const paid = { account: alice.address, mill: mill.toString(), fromWork: "0", fromNodes: mill.toString() };
    expect(collected).to.deep.include({ ...paid, failures: [] });
    expect((await rewards.collectionOf(1)).mill).to.equal(mill);
    expect((await at.verbs.run(line)).stderr).to.match(/nothing to collect yet.*Its nodes have collected all/s);
    await addNode(connection, at.world, alice, at.world.agent, { units: 1 });
    expect((await at.verbs.run(line)).stderr).to.match(
      /nothing to collect yet.*newest final report has no nodes 3 yet/s,
    );

    await open.restore();
    await challenged(INVENTED);
    await toFinal();
    const held = await at.verbs.run(line);
    expect(held.code).to.equal(1);
    expect(held.stderr).to.match(/nothing to collect yet.*Held are the rewards of nodes 1: .*oracle correct/s);
    expect((await rewards.collectionOf(1)).mill).to.equal(0n);
  });

  it("should prove two batches of a slot as a file has them, once", async () => {
    const { uptime } = at.world;
    const { testimony, said } = stage;
    const batches = [testimony.batch(said[2], stage.epoch, 0), await testimony.otherBatch(stage.epoch, 0, 2)];
    const two = stage.write("two.json", { function: "proveTwoBatches", arguments: [...batches, 2] });
    const before = await bonds();
    const proven = await at.verbs.json(`oracle prove --file ${two} ${as("stranger")}`);
    expect(proven["proof"]).to.equal("proveTwoBatches");
    await expectSent(proven["transaction"], "stranger");
    expect((await uptime.epochStateOf(stage.epoch)).guilty).to.equal(0b100n);
    const after = await bonds();
    expect(after.map((bond, seat) => bond < before[seat])).to.deep.equal([false, false, true]);
    const again = await at.verbs.run(`oracle prove --file ${two} ${as("stranger")}`);
    expect([again.code, await bonds()], "once").to.deep.equal([1, after]);
  });

  it("should prove a sighting that is hidden, by the receipt that was given for it", async () => {
    const { uptime } = at.world;
    const { testimony, said } = stage;
    const liar = said[HIDDEN.seat];
    const { proof } = testimony.listed(liar, HIDDEN.slot);
    const receipt = testimony.receipt(liar, HIDDEN.nodeId, HIDDEN.slot);
    const { nodeId, slot } = HIDDEN;
    const given = [testimony.observation(liar), receipt, nodeId, slot, proof, testimony.sightings(liar)];
    const file = stage.write("hidden.json", { function: "proveHiddenSighting", arguments: given });
    await at.verbs.json(`oracle prove --file ${file} ${as("stranger")}`);
    expect((await uptime.epochStateOf(stage.epoch)).guilty).to.equal(1n << BigInt(HIDDEN.seat));
    // One of three is as many as void the epoch.
    expect(await uptime.statusOf(stage.epoch)).to.equal(Status.Void);
  });
});
