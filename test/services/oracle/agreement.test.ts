import { expect } from "chai";
import { Signature, Wallet, ZeroHash } from "ethers";
import Fastify, { type FastifyInstance } from "fastify";
import hre from "hardhat";

import { collectReport } from "@millrace/oracle";
import { EpochClock } from "@millrace/sdk";
import { hashReport, reportTypes, uptimeDomain, type Report } from "@millrace/uptime-tree/format";

import { deployUptime, EPOCH_SECONDS, SLOTS } from "../../uptime/uptimeFixture.js";
import { packSignatures } from "../../../services/oracle/src/member/Leader.js";
import { Schedule } from "../../../services/oracle/src/member/Schedule.js";

describe("Schedule", () => {
  const schedule = new Schedule(new EpochClock({ genesisAt: 0, epochSeconds: 40, slotsPerEpoch: 5 }));

  it("should give every member a round, another one first each epoch", () => {
    const seats = ["a", "b", "c", "d"];
    const leaders = (epoch: number): (string | undefined)[] =>
      seats.map((_, round) => schedule.leaderOf(seats, epoch, round));
    expect(leaders(0)).to.deep.equal(["a", "b", "c", "d"]);
    expect(leaders(6)).to.deep.equal(["c", "d", "a", "b"]);
    expect(schedule.leaderOf([], 1, 1)).to.equal(undefined);
  });

  it("should count rounds of two slots from the end of the epoch", () => {
    expect(schedule.roundSeconds).to.equal(16);
    expect([79, 80, 95, 96, 144].map((now) => schedule.roundAt(1, now))).to.deep.equal([0, 0, 0, 1, 4]);
  });

  it("should let those lead whose turn it is on chain, so that their gas is paid", async () => {
    const { ethers, networkHelpers } = await hre.network.create();
    const at = await deployUptime(ethers, networkHelpers);
    const [slotsPerEpoch, epoch] = [SLOTS, 1];
    const clock = new EpochClock({ genesisAt: at.genesisAt, epochSeconds: EPOCH_SECONDS, slotsPerEpoch });
    const turns = new Schedule(clock);
    const { seats } = await at.oracle.setOf(epoch);
    for (const seconds of [0, 3, 4, 7, 8, 13, 40, 41, 63, 200]) {
      const now = clock.endOf(epoch) + seconds;
      await networkHelpers.time.increaseTo(now);
      const leader = turns.leaderOf(seats, epoch, turns.roundAt(epoch, now));
      expect(leader, `${seconds} s after the end`).to.equal(seats[Number(await at.oracle.dutySeat(epoch))]);
    }
  });
});

describe("packSignatures", () => {
  it("should put signatures in order of seats, whatever order they came in", () => {
    const seats = ["a", "b", "c", "d"];
    const signature = (byte: string): string =>
      Signature.from({ r: "0x" + byte.repeat(32), s: "0x" + "01".repeat(32), v: 27 }).serialized;
    const given = new Map([
      ["d", signature("0d")],
      ["b", signature("0b")],
      ["stranger", signature("0e")],
    ]);
    const { bitmap, packed } = packSignatures(seats, given);
    expect(bitmap).to.equal(0b1010);
    expect(packed).to.equal("0x" + "0b".repeat(32) + "01".repeat(32) + "0d".repeat(32) + "01".repeat(32));
  });
});

describe("collectReport", () => {
  const wallets = Array.from({ length: 4 }, () => Wallet.createRandom());
  const seats = wallets.map(({ address }) => address);
  const domain = uptimeDomain(31_337, "0x00000000000000000000000000000000000000bb");
  const hash = (byte: string): string => "0x" + byte.repeat(32);
  const reportOf = (dataHash: string): Report => ({
    epoch: 5,
    root: hash("01"),
    evidenceRoot: hash("02"),
    nodeCount: 3,
    totalPoints: 10n,
    dataHash,
    previousReport: ZeroHash,
    registryDigest: hash("03"),
    configDigest: hash("04"),
    consensusVersion: 2,
  });
  const servers: FastifyInstance[] = [];

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  /** A member that answers with a signature of one key over a report. */
  const member = async (attestor: string, signer: (typeof wallets)[number], report: Report): Promise<string> => {
    const server = Fastify();
    const signature = await signer.signTypedData(domain, reportTypes, report);
    const answer = { attestor, reportHash: hashReport(report), report: { ...report, totalPoints: "10" }, signature };
    server.get("/rounds/5", () => answer);
    servers.push(server);
    return await server.listen({ host: "127.0.0.1", port: 0 });
  };

  it("should put together what a quorum signed, whoever is down or lies", async () => {
    const report = reportOf(hash("aa"));
    const urls = [
      "http://127.0.0.1:9",
      await member(seats[3]!, wallets[3]!, report),
      await member(seats[0]!, wallets[0]!, report),
      await member(seats[1]!, wallets[1]!, report),
      // Claims to be seat 2, with a signature of seat 1.
      await member(seats[2]!, wallets[1]!, report),
    ];
    const found = await collectReport(urls, domain, 5, { seats, quorum: 3 });
    expect(found?.reportHash).to.equal(hashReport(report));
    expect(found?.bitmap).to.equal(0b1011);
    expect(found?.packed.length).to.equal(2 + 3 * 128);
  });

  it("should find nothing when no report has a quorum", async () => {
    const urls = await Promise.all(
      wallets.map((wallet, i) => member(wallet.address, wallet, reportOf(hash(i < 2 ? "aa" : "bb")))),
    );
    expect(await collectReport(urls, domain, 5, { seats, quorum: 3 })).to.equal(undefined);
  });
});
