import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { plainLeaseOrder } from "@millrace/jobs";
import { expect } from "chai";
import { id, keccak256, parseEther, toUtf8Bytes, ZeroHash } from "ethers";

import { deepIt } from "../../support/deep.js";
import type { ILeaseOrders } from "../../../typechain-types/index.js";
import { DotProductVerifier__factory } from "../../../typechain-types/index.js";
import { proveScore, stopProver } from "../../market/proofDriver.js";
import { PATIENCE_MS } from "../until.js";
import { AgentWorld, type Party } from "./AgentWorld.js";

const RATE = parseEther("0.001");
const FILLED = 4n;
const LEASED = 3n;
const FINALIZED = 10n;
const PROVER = fileURLToPath(new URL("./proveScore.ts", import.meta.url));
const NO_PLEDGE = { bond: 0n, uptimePpm: 0, penaltyPpm: 0, darkSlots: 0 };

describe("node agent in other markets", function () {
  let world: AgentWorld;
  let first: Party;
  let second: Party;
  let stranger: Party;
  let verifier: string;
  let program: string;

  before(async () => {
    world = await AgentWorld.start();
    first = await world.addParty("first", 2);
    second = await world.addParty("second", 2);
    stranger = await world.addParty("stranger");
    for (const { provider, agent } of [first, second]) {
      await (await world.as(provider).staking.setOperator(agent.address)).wait();
    }
    const deployed = await new DotProductVerifier__factory(world.treasury.connect(world.provider)).deploy();
    await deployed.waitForDeployment();
    [verifier, program] = [await deployed.getAddress(), await deployed.PROGRAM_HASH()];
    await world.mineEverySecond();

    const leases = { acceptSeats: true, minRate: "0.0005/s", maxBondMill: "50", maxUptimePpm: 900_000 };
    const provers = [{ verifier, program, command: [process.execPath, "--import", "tsx", PROVER], timeoutSeconds: 60 }];
    await Promise.all([
      world.startAgent(first, { policy: { leases, provers } }),
      world.startAgent(second, { policy: { leases } }),
    ]);
  });

  after(async () => {
    await world.end();
  });

  async function order(changes: Partial<ILeaseOrders.TermsStruct> = {}): Promise<bigint> {
    const { orders } = world.as(world.buyer);
    const terms: ILeaseOrders.TermsStruct = {
      wanted: wantedOf([]),
      ...{ seats: 1, startRate: RATE, maxRate: RATE, rampSeconds: 0, leaseSeconds: 60, listSeconds: 600 },
      ...{ fillSeconds: 0, pledge: NO_PLEDGE, workloadHash: ZeroHash, dataUri: "" },
      ...changes,
    };
    await (await orders.open(terms)).wait();
    return orders.orderCount();
  }

  const seatsOf = async (orderId: bigint, seats: number) =>
    Promise.all(Array.from({ length: seats }, (_, seat) => world.contracts.orders.seatOf(orderId, seat)));

  describe("of leases", () => {
    deepIt("should take seats at a rate that its policy takes, when the rate has climbed there", async () => {
      const orderId = await order({ startRate: 1n, maxRate: RATE, rampSeconds: 10 });
      await world.until("the lease", async () => (await seatsOf(orderId, 1))[0]?.leaseId !== 0n);
      const [{ leaseId, rate }] = await seatsOf(orderId, 1);
      expect(rate >= RATE / 2n).to.equal(true);
      expect((await world.contracts.leases.leaseOf(leaseId)).ordered).to.equal(true);
      await (await world.as(world.buyer).leases.close(leaseId)).wait();
    });

    deepIt("should fill a cluster together with another provider, and begin its leases", async () => {
      const pledge = { bond: parseEther("50"), uptimePpm: 900_000, penaltyPpm: 1_000_000, darkSlots: 5 };
      const orderId = await order({ seats: 4, fillSeconds: 60, pledge });
      await world.until("the leases", async () => (await seatsOf(orderId, 4)).every(({ leaseId }) => leaseId !== 0n));
      const seats = await seatsOf(orderId, 4);
      expect(seats.map(({ nodeId }) => nodeId).sort()).to.deep.equal(
        [first.nodeId, first.nodeId, second.nodeId, second.nodeId].sort(),
      );
      for (const { leaseId } of seats) await (await world.as(world.buyer).leases.close(leaseId)).wait();
    });

    deepIt("should end a cluster that does not fill, for the pay of its wait", async () => {
      const { orders, nodes } = world.contracts;
      const orderId = await order({ seats: 5, fillSeconds: 5 });
      await world.until("the end", async () => (await orders.progressOf(orderId)).endedAt !== 0n);
      const freed = await orders.queryFilter(orders.filters.SeatFreed(orderId));
      expect(freed).to.have.length(4);
      for (const { args } of freed) expect(args.paid > 0n, `seat ${args.seat}`).to.equal(true);
      for (const { nodeId } of [first, second]) expect((await nodes.nodeOf(nodeId)).busyUnits).to.equal(0n);
    });

    deepIt("should serve what another left, once it is relisted", async () => {
      const { orders, leases } = world.contracts;
      const orderId = await order({ wanted: wantedOf([first.nodeId, second.nodeId]), leaseSeconds: 300 });
      await world.until("the lease", async () => (await seatsOf(orderId, 1))[0]?.leaseId !== 0n);
      const [{ leaseId, nodeId }] = await seatsOf(orderId, 1);
      const leaver = nodeId === first.nodeId ? first : second;
      await (await world.as(leaver.provider).leases.giveNotice(leaseId)).wait();
      await world.provider.send("evm_increaseTime", [25]);
      const opened = await orders.queryFilter(orders.filters.OrderOpened(orderId));
      const given = plainLeaseOrder(opened[0]!.args.order);
      await world.until("its return", async () => (await orders.seatStatusOf(orderId, given, 0)) === 4n);
      await (await world.as(world.buyer).orders.relist(orderId, given, 0)).wait();
      await world.until("the next lease", async () => (await orders.seatStatusOf(orderId, given, 0)) === LEASED);
      expect((await seatsOf(orderId, 1))[0]?.leaseId).not.to.equal(leaseId);
      expect(await orders.statusOf(orderId, given)).to.equal(FILLED);
      expect(await leases.leaseCount()).to.be.greaterThan(leaseId);
    });

    deepIt("should leave orders that bind, promise or pay too much", async () => {
      const pledge = { ...NO_PLEDGE, bond: parseEther("51") };
      const refused = [
        await order({ pledge }),
        await order({ pledge: { ...NO_PLEDGE, bond: 1n, uptimePpm: 900_001 } }),
        await order({ startRate: RATE / 3n, maxRate: RATE / 3n }),
      ];
      // One that it takes comes later, and is taken: the others were looked at before.
      const taken = await order();
      await world.until("the lease", async () => (await seatsOf(taken, 1))[0]?.leaseId !== 0n);
      for (const orderId of refused) expect((await seatsOf(orderId, 1))[0]?.nodeId).to.equal(0n);
    });
  });

  deepIt("should not start with a policy for leases that its provider does not let it have", async () => {
    const agent = world.spawnAgent(stranger, { policy: { leases: { acceptSeats: true } } });
    await agent.waitForLine(/may not take orders of leases for .*provider operator/, PATIENCE_MS);
    expect(await agent.exited).to.equal(1);
  });

  describe("of proofs", () => {
    /** Hosts an input and orders its proof. */
    async function openProof(inputRoot: string, input: object, changes: object = {}): Promise<bigint> {
      const text = JSON.stringify(input);
      const folder = keccak256(toUtf8Bytes(text));
      mkdirSync(join(world.folder, "bundles", folder), { recursive: true });
      writeFileSync(join(world.folder, "bundles", folder, "input.bin"), text);
      const { proofs } = world.as(world.buyer);
      const codeHash = keccak256(await world.provider.getCode(verifier));
      const ordered = { verifier, codeHash, programHash: program };
      const terms = {
        ...{ classId: 0, units: 1, nodeIds: [], traitsHash: ZeroHash, startPrice: parseEther("5") },
        ...{ maxPrice: parseEther("5"), rampSeconds: 0, expiresAt: (await world.now()) + 3_600, ackSeconds: 60 },
        ...{ workSeconds: 120, windowSeconds: 0, responseSeconds: 0, outsideValue: 0, inputRoot },
        ...{ isSmallJob: false, isPrivate: false },
        programHash: await proofs.programHashOf(ordered),
        bundleHash: folder,
        dataUri: `${world.bundles.url}/${folder}`,
        ...changes,
      };
      await (await proofs.open(terms, ordered)).wait();
      return proofs.taskCount();
    }

    it("should accept, prove by its command and be paid", async () => {
      const { inputRoot } = await proveScore([3n, 1n, 4n], 159n);
      await stopProver();
      const taskId = await openProof(inputRoot, { values: ["3", "1", "4"], salt: "159" });
      const { proofs } = world.contracts;
      await world.until("the payment", async () => (await proofs.statusOf(taskId)) === FINALIZED);
      const [paid] = await proofs.queryFilter(proofs.filters.TaskFinalized(taskId));
      expect([paid?.args.provider, paid?.args.paid]).to.deep.equal([first.provider.address, parseEther("5")]);
    });

    deepIt("should leave what it cannot fetch or has no prover for", async () => {
      const taskId = await openProof(id("input"), {}, { dataUri: `${world.bundles.url}/nothing` });
      await world.until("some blocks", blocksAfter(await world.provider.getBlockNumber()));
      expect((await world.contracts.proofs.taskOf(taskId)).attempt).to.equal(0n);
    });

    const blocksAfter = (block: number) => async () => (await world.provider.getBlockNumber()) > block + 4;
  });

  function wantedOf(nodeIds: readonly bigint[]) {
    const anyNode = { region: ZeroHash, attributes: 0, inspectors: [], allInspectors: false };
    return { classId: 0, units: 1, nodeIds: [...nodeIds], ...anyNode };
  }
});
