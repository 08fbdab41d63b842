import { expect } from "chai";
import { id, ZeroHash } from "ethers";
import { pino } from "pino";

import { Standing, type StandingParts } from "../../../services/oracle/src/member/Standing.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";

const [ME, OTHER, GWEI] = ["me", "other", 10n ** 9n];
/** Chain time, and the epoch that runs. */
const [NOW, EPOCH] = [1_000, 20];

interface Record {
  readonly signers: bigint;
  readonly finalAt: bigint;
  readonly previousEpoch: bigint;
}

describe("Standing", () => {
  let metrics: Metrics;
  let standing: Standing;
  let nowMs: number;
  let balance: bigint;
  let gasPrice: bigint;
  /** Keys of an epoch. */
  let seatsOf: (epoch: number) => string[];
  /** Reports by epoch, as the contract keeps them. */
  let reports: Map<number, Record>;

  beforeEach(() => {
    metrics = new Metrics();
    [nowMs, balance, gasPrice] = [0, 10n ** 18n, GWEI];
    reports = new Map();
    seatsOf = () => [OTHER, ME];
    standing = new Standing({
      attestor: ME,
      contracts: { uptime: { reportOf: (epoch: number) => Promise.resolve(reports.get(epoch)) } },
      provider: {
        getBalance: () => Promise.resolve(balance),
        getFeeData: () => Promise.resolve({ gasPrice }),
      },
      facts: {
        finalAt: () => Promise.resolve(NOW),
        newestReport: () => {
          const epoch = Math.max(-1, ...reports.keys());
          return Promise.resolve({ epoch: Math.max(0, epoch), reportHash: epoch < 0 ? ZeroHash : id("report") });
        },
        setOf: (epoch: number) => Promise.resolve({ seats: seatsOf(epoch), quorum: 1, threshold: 1 }),
      },
      metrics,
      logger: pino({ level: "silent" }),
      nowMs: () => nowMs,
    } as unknown as StandingParts);
  });

  const valueOf = async (name: string): Promise<number | undefined> => {
    const metric = await metrics.registry.getSingleMetric(`millrace_oracle_${name}`)?.get();
    return metric?.values[0]?.value;
  };
  /** Adds reports of the next epochs: who signed each, `M` this member, `O` another, `m` and `o` while it is open. */
  const add = (signers: string): void => {
    for (const letter of signers) {
      const epoch = reports.size;
      const isFinal = letter === letter.toUpperCase();
      reports.set(epoch, {
        signers: letter.toUpperCase() === "M" ? 0b11n : 0b01n,
        finalAt: BigInt(isFinal ? NOW : NOW + 1),
        previousEpoch: BigInt(Math.max(0, epoch - 1)),
      });
    }
  };

  it("should have nothing to say of a member that has gas, a seat and its signatures", async () => {
    add("MMM");
    await standing.look(EPOCH);
    expect([...standing.problems, ...standing.warnings]).to.deep.equal([]);
    expect(await valueOf("seat")).to.equal(1);
    expect(await valueOf("unsigned_reports")).to.equal(0);
    expect(await valueOf("affordable_reports")).to.equal(2_500);
  });

  it("should look again after a minute, and sooner while the account has too little", async () => {
    await standing.look(EPOCH);
    balance = 0n;
    nowMs += 59_000;
    await standing.look(EPOCH);
    expect(standing.problems).to.deep.equal([]);
    nowMs += 1_000;
    await standing.look(EPOCH);
    expect(standing.problems.join()).to.match(/^The account has 0\.0 for gas, too little for a report/);
    expect(await valueOf("affordable_reports")).to.equal(0);
    balance = 10n ** 18n;
    nowMs += 5_000;
    await standing.look(EPOCH);
    expect(standing.problems).to.deep.equal([]);
  });

  it("should miss nothing on an account of a chain whose gas costs nothing", async () => {
    [balance, gasPrice] = [0n, 0n];
    await standing.look(EPOCH);
    expect(standing.problems).to.deep.equal([]);
    expect(await valueOf("affordable_reports")).to.equal(Infinity);
  });

  it("should count final reports without its signature as the contract does that ejects for them", async () => {
    const counts: readonly (readonly [reports: string, unsigned: number])[] = [
      ["", 0],
      ["O", 1],
      ["MOO", 2],
      ["MOOM", 0],
      // What is open can still be signed.
      ["MOOoo", 2],
      ["MOOm", 0],
      ["OOOOOOOOO", 7],
    ];
    for (const [signers, unsigned] of counts) {
      reports.clear();
      add(signers);
      nowMs += 60_000;
      await standing.look(EPOCH);
      expect(await valueOf("unsigned_reports"), signers).to.equal(unsigned);
      const warning = unsigned < 2 ? "" : `The newest ${unsigned} final reports lack its signature; after 7 anybody`;
      expect(standing.warnings.join(), signers).to.match(new RegExp(`^${warning}`));
    }
    // Epochs in which it had no seat are not its own.
    seatsOf = (epoch) => (epoch < 5 ? [OTHER] : [OTHER, ME]);
    nowMs += 60_000;
    await standing.look(EPOCH);
    expect(await valueOf("unsigned_reports")).to.equal(4);
  });

  it("should say that its seat ends, before it does", async () => {
    seatsOf = (epoch) => (epoch <= EPOCH ? [OTHER, ME] : [OTHER]);
    await standing.look(EPOCH);
    expect(standing.warnings).to.deep.equal([
      `The key has no seat after epoch ${EPOCH}: run on until what it signed is beyond challenge.`,
    ]);
    expect(await valueOf("seat")).to.equal(0);
    nowMs += 60_000;
    await standing.look(EPOCH + 1);
    expect(standing.warnings).to.deep.equal(["The key has no seat: nothing is signed for new epochs."]);
  });
});
