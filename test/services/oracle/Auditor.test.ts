import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { id, ZeroHash, type TransactionRequest } from "ethers";
import hre from "hardhat";

import type { Contracts } from "@millrace/sdk";
import {
  buildReport,
  hashReport,
  NodeTable,
  type BuiltReport,
  type Leaf,
  type NodeRow,
  type Report,
} from "@millrace/uptime-tree/format";

import type { ChainFacts } from "../../../services/oracle/src/chain/ChainFacts.js";
import { Auditor, type AuditorParts } from "../../../services/oracle/src/duties/Auditor.js";
import type { OracleError } from "../../../services/oracle/src/OracleError.js";
import { ReportHistory } from "../../../services/oracle/src/member/ReportHistory.js";
import { Store } from "../../../services/oracle/src/store/Store.js";
import { Evidence, treeOfLeaves } from "../../uptime/evidence.js";
import {
  BOND,
  BOND_WEI,
  deployUptime,
  POT,
  REGISTRY_DIGEST,
  SLOTS,
  Status,
  type UptimeFixture,
} from "../../uptime/uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

/** What liars may put in place of what the chain says. */
interface Lie {
  /** Changes the rows of nodes, before the report is built of them. */
  readonly nodes?: (rows: NodeRow[]) => NodeRow[];
  readonly pot?: bigint;
}

describe("Auditor", () => {
  let at: UptimeFixture;
  let store: Store;
  let folder: string;
  let history: ReportHistory;
  let sent: string[];
  /** Reports whose data file nobody has, by hash. */
  let hidden: Map<string, Report>;
  let auditor: Auditor;

  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
    folder = mkdtempSync(join(tmpdir(), "millrace-auditor-"));
    store = new Store(join(folder, "oracle.sqlite"));
    sent = [];
    hidden = new Map();
    const finalNumber = async (): Promise<number> => await ethers.provider.getBlockNumber();
    const nodeCount = (): Promise<bigint> => Promise.resolve(1n);
    const facts = { posted, stateOf, finalNumber, nodeCount } as unknown as ChainFacts;
    // Data files come from this member's own database: what is on chain is all that it believes.
    history = new ReportHistory(store, facts, { find: () => Promise.resolve(undefined) } as never);
    const [, , sender] = await ethers.getSigners();
    auditor = new Auditor({
      contracts: { uptime: at.oracle, uptimeProofs: at.proofs, challenges: at.challenges } as unknown as Contracts,
      facts,
      history,
      store,
      sender: {
        send: async (request: () => Promise<TransactionRequest>) => {
          const transaction = await request();
          const { name } = at.proofs.interface.parseTransaction({ data: String(transaction.data) })!;
          await (await sender!.sendTransaction(transaction)).wait();
          sent.push(name);
        },
      } as unknown as AuditorParts["sender"],
    });
  });

  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  /** Nodes as the chain has them. */
  function truth(): NodeRow[] {
    return at.providers.map((provider, i) => {
      return { provider, units: i + 1, weight: 100, active: true, capacityPassed: true, rewardBefore: 0n };
    });
  }

  async function posted(epoch: number): ReturnType<ChainFacts["posted"]> {
    const [log] = await at.oracle.queryFilter(at.oracle.filters.ReportPosted(epoch));
    if (log === undefined) return undefined;
    const report = hidden.get(log.args.reportHash) ?? (await history.byHash(log.args.reportHash)).report;
    const { reportHash, signers, finalAt } = log.args;
    return {
      report,
      reportHash,
      signers: Number(signers),
      finalAt: Number(finalAt),
      blockNumber: log.blockNumber,
    };
  }

  function stateOf(): ReturnType<ChainFacts["stateOf"]> {
    return Promise.resolve({ pot: POT.availability, registryDigest: REGISTRY_DIGEST, nodes: NodeTable.from(truth()) });
  }

  /** Posts what a quorum says of an epoch; its data file is at hand. */
  async function post(
    epoch: number,
    { nodes = (rows) => rows, pot = POT.availability }: Lie = {},
  ): Promise<BuiltReport> {
    const evidence = await Evidence.of(at);
    const heard = (slot: number): bigint[] => (slot < 5 ? evidence.nodeIds : []);
    const said = await Promise.all([0, 1, 2].map(async (seat) => await evidence.tell(epoch, seat, { heard })));
    const [previousReport] = await at.oracle.newestReport();
    const before = previousReport === ZeroHash ? () => 0n : await history.rewardsAfter(previousReport);
    const rows = truth().map((row, index) => ({ ...row, rewardBefore: before(index) }));
    const built = buildReport({
      chainId: at.chainId,
      oracle: await at.oracle.getAddress(),
      epoch,
      slotsPerEpoch: SLOTS,
      threshold: 2,
      pot,
      previousReport,
      registryDigest: REGISTRY_DIGEST,
      configDigest: at.configDigest,
      nodes: NodeTable.from(nodes(rows)),
      observations: said
        .map(({ observation }) => observation)
        .sort((a, b) => (BigInt(a.attestor) < BigInt(b.attestor) ? -1 : 1)),
    });
    await evidence.post(epoch, built.report);
    history.keep(hashReport(built.report), built);
    return built;
  }

  async function convicted(): Promise<number[]> {
    const bonds = await Promise.all(at.attestors.map(async ({ address }) => await at.world.bonded(address)));
    return bonds.flatMap((bond, seat) => (bond < BOND ? [seat] : []));
  }

  const second = (change: Partial<NodeRow>) => (rows: NodeRow[]) =>
    rows.map((row, index) => (index === 1 ? { ...row, ...change } : row));

  for (const [what, proof, lie] of [
    [
      "another provider",
      "proveFalseLeaf",
      { nodes: second({ provider: "0x00000000000000000000000000000000000000Ee" }) },
    ],
    ["more units than a node has", "proveFalseLeaf", { nodes: second({ units: 3 }) }],
    ["less weight than its class has", "proveFalseLeaf", { nodes: second({ weight: 99 }) }],
    ["a reward from a pot that is larger", "proveFalseReward", { pot: POT.availability + 1_000n }],
    ["a reward from a pot that is smaller", "proveFalseReward", { pot: POT.availability / 2n }],
    ["a reward from before the first report", "proveFalseReward", { nodes: second({ rewardBefore: 1n }) }],
  ] as const satisfies readonly (readonly [string, string, Lie])[]) {
    it(`should prove ${what}, and its signers pay`, async () => {
      await post(0, lie);
      expect(await auditor.audit(0)).to.equal("done");
      expect(sent).to.deep.equal([proof]);
      expect(await at.oracle.statusOf(0)).to.equal(Status.Void);
      expect(await convicted()).to.deep.equal([0, 1, 2]);
      expect(await auditor.audit(0), "once").to.equal("over");
    });
  }

  for (const [what, rewardBefore] of [
    ["forgets what a node has earned", () => 0n],
    ["invents what a node has earned", (earned: bigint) => earned + 1n],
  ] as const) {
    it(`should prove a later report that ${what}, against the one before`, async () => {
      await post(0);
      await post(1, {
        nodes: (rows) =>
          rows.map((row, index) => (index === 2 ? { ...row, rewardBefore: rewardBefore(row.rewardBefore) } : row)),
      });
      expect(await auditor.audit(0)).to.equal("over");
      expect(await auditor.audit(1)).to.equal("done");
      expect(sent).to.deep.equal(["proveFalseReward"]);
      expect([await at.oracle.statusOf(0), await at.oracle.statusOf(1)]).to.deep.equal([Status.Posted, Status.Void]);
    });
  }

  it("should prove what a node is said to have earned before it was there", async () => {
    await at.world.setNodes(REGISTRY_DIGEST, 2);
    const providers = at.providers as string[];
    const late = providers.pop()!;
    await post(0);
    providers.push(late);
    await at.world.setNodes(REGISTRY_DIGEST, 3);
    await post(1, { nodes: (rows) => rows.map((row, index) => (index === 2 ? { ...row, rewardBefore: 7n } : row)) });
    expect(await auditor.audit(1)).to.equal("done");
    expect(sent).to.deep.equal(["proveFalseReward"]);
    expect(await at.oracle.statusOf(1)).to.equal(Status.Void);
  });

  it("should send nothing against reports that are right, for any number of epochs", async () => {
    for (const epoch of [0, 1, 2]) await post(epoch);
    for (const epoch of [0, 1, 2]) expect(await auditor.audit(epoch)).to.equal("over");
    expect(sent).to.deep.equal([]);
    expect(await convicted()).to.deep.equal([]);
  });

  it("should leave alone nodes that get nothing, which the chain cannot judge", async () => {
    await post(0, { nodes: second({ active: false }) });
    expect(await auditor.audit(0)).to.equal("over");
    expect(sent).to.deep.equal([]);
  });

  it("should leave alone what it has signed itself, what is final, and what is not there", async () => {
    expect(await auditor.audit(0), "no report").to.equal("over");
    const { report } = await post(0, { pot: 1n });
    await store.statements.signOnce("report", 0, report.previousReport, hashReport(report), () =>
      Promise.resolve(id("signed")),
    );
    expect(await auditor.audit(0), "its own").to.equal("over");
    await post(1, { pot: 1n });
    await at.finalise(1);
    expect(await auditor.audit(1), "final").to.equal("over");
    expect(sent).to.deep.equal([]);
  });

  describe("of reports whose data file is nowhere", () => {
    const FIRST = 0;

    /** Posts leaves under a root that follows from no file, and shows some of them when they are demanded. */
    async function postHidden(change: (right: Leaf[]) => Leaf[], shown: readonly number[]): Promise<void> {
      const evidence = await Evidence.of(at);
      const heard = (slot: number): bigint[] => (slot < 5 ? evidence.nodeIds : []);
      const said = await Promise.all([0, 1, 2].map(async (seat) => await evidence.tell(FIRST, seat, { heard })));
      const built = await evidence.build(FIRST, said);
      const leaves = change(Array.from({ length: built.leaves.count }, (_, index) => built.leaves.leaf(index)));
      const tree = treeOfLeaves(leaves);
      const report = { ...built.report, root: tree.root };
      await evidence.post(FIRST, report);
      hidden.set(hashReport(report), report);
      for (const which of shown) {
        const { index } = leaves[which]!;
        await at.challenges.demandPart(report, 0, index, { value: BOND_WEI });
        await at.challenges.showLeaf(report, leaves[which]!, tree.proof(which));
      }
    }

    const changed = (index: number, change: Partial<Leaf>) => (right: Leaf[]) =>
      right.map((leaf) => (leaf.index === index ? { ...leaf, ...change } : leaf));
    const twin = (right: Leaf[]): Leaf[] => [...right, { ...right[1]!, bitmap: 1n }];

    for (const [what, proof, change, shown] of [
      [
        "a sum that does not begin where the one before ends",
        "proveFalsePair",
        changed(1, { pointsBefore: 1n }),
        [0, 1],
      ],
      ["a sum that does not end where the next begins", "proveFalsePair", changed(1, { pointsBefore: 1n }), [2, 1]],
      ["two leaves of one index", "proveFalsePair", twin, [1, 3]],
      ["another provider", "proveFalseLeaf", changed(2, { provider: `0x${"00".repeat(19)}ee` }), [0, 2]],
      ["slots that are none", "proveFalseLeaf", changed(0, { bitmap: 1n << 200n }), [0]],
    ] as const satisfies readonly (readonly [string, string, (right: Leaf[]) => Leaf[], readonly number[]])[]) {
      it(`should prove ${what}, as soon as it is shown, and its signers pay`, async () => {
        await postHidden(change, shown);
        expect(await auditor.audit(FIRST)).to.equal("done");
        expect(sent).to.deep.equal([proof]);
        expect(await at.oracle.statusOf(FIRST)).to.equal(Status.Void);
        expect(await convicted()).to.deep.equal([0, 1, 2]);
      });
    }

    for (const [what, change, shown] of [
      ["leaves that exclude each other and are not shown", twin, [1, 2]],
      ["sums that are right, shown from last to first and twice", (right: Leaf[]) => right, [2, 1, 0, 1]],
    ] as const) {
      it(`should send nothing against ${what}, and go on looking`, async () => {
        await postHidden(change, shown);
        const outcome = await auditor.audit(FIRST).then(String, (error: unknown) => (error as OracleError).code);
        expect(outcome).to.equal("NOT_FOUND");
        expect(sent).to.deep.equal([]);
        expect(await at.oracle.statusOf(FIRST)).to.equal(Status.Posted);
      });
    }
  });
});
