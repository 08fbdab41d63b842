import { expect } from "chai";
import { hexlify, randomBytes } from "ethers";
import hre from "hardhat";

import type { BuiltReport } from "@millrace/uptime-tree/format";

import { dice } from "./dice.js";
import { Evidence } from "./evidence.js";
import type { Statements } from "./Testimony.js";
import { BOND, deployUptime, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

const EPOCHS = [0, 1];
const SLOTS_HEARD = 3;

/**
 * Everybody is honest, and somebody wants them convicted: anything that they signed, in either epoch, is put together
 * with anything else, under any seat, with a field changed or not.
 */
describe("Framing honest attestors as a game (I7)", () => {
  const deploy = async (): Promise<UptimeFixture> => await deployUptime(ethers, networkHelpers);
  const accusations = hre.globalOptions.long ? 4_000 : 150;

  it(`should convict nobody by ${accusations} random accusations`, async function () {
    if (hre.globalOptions.long) this.timeout(0);
    const at = await networkHelpers.loadFixture(deploy);
    const framer = await Framer.open(
      at,
      await Evidence.of(at),
      dice(hre.globalOptions.long ? Date.now() % 2 ** 31 : 1),
    );
    const taken: string[] = [];
    for (let i = 0; i < accusations; i++) {
      const [what, attempt] = framer.accuse();
      const isTaken = await attempt().then(
        () => true,
        () => false,
      );
      if (isTaken) taken.push(what);
    }
    expect(taken).to.deep.equal([]);
    for (const { address } of at.attestors) expect(await at.world.bonded(address)).to.equal(BOND);
  });

  it("should convict by the same statements once one of them is another (so that the game can be lost)", async () => {
    const at = await networkHelpers.loadFixture(deploy);
    const evidence = await Evidence.of(at);
    const framer = await Framer.open(at, evidence, dice(1));
    const mine = evidence.observation(framer.said[0]![2]!);
    await at.proofs.proveTwoObservations.staticCall(mine, await evidence.otherObservation(0, 2), 2);
  });
});

class Framer {
  private constructor(
    private readonly at: UptimeFixture,
    private readonly evidence: Evidence,
    private readonly roll: (sides: number) => number,
    /** Statements by epoch and seat. */
    readonly said: readonly (readonly Statements[])[],
    private readonly reports: readonly BuiltReport[],
    /** Signatures of reports by epoch and seat. */
    private readonly signatures: readonly (readonly string[])[],
  ) {}

  static async open(at: UptimeFixture, evidence: Evidence, roll: (sides: number) => number): Promise<Framer> {
    await at.oracle.setChallengeSeconds(200);
    const [said, reports, signatures]: [Statements[][], BuiltReport[], string[][]] = [[], [], []];
    for (const epoch of EPOCHS) {
      const ofEpoch: Statements[] = [];
      for (const seat of at.attestors.keys()) {
        const heard = Array.from({ length: SLOTS_HEARD }, () => evidence.nodeIds.filter(() => roll(4) !== 0));
        ofEpoch.push(await evidence.tell(epoch, seat, { heard: (slot) => heard[slot] ?? [] }));
      }
      const built = await evidence.build(epoch, ofEpoch.slice(0, 3));
      await evidence.post(epoch, built.report, [...at.attestors.keys()]);
      said.push(ofEpoch);
      reports.push(built);
      signatures.push(await Promise.all([...at.attestors.keys()].map((seat) => at.signOne(built.report, seat))));
    }
    return new Framer(at, evidence, roll, said, reports, signatures);
  }

  /** One accusation: its name, and an attempt without a trace. */
  accuse(): [what: string, attempt: () => Promise<unknown>] {
    const { evidence, roll } = this;
    const { proofs } = this.at;
    const [one, other, third] = [this.any(), this.any(), this.any()];
    const seat = roll(2) === 0 ? one.seat : roll(this.at.attestors.length);
    const slot = roll(SLOTS_HEARD);
    const listed = evidence.listed(roll(2) === 0 ? one.statements : third.statements, slot);
    const observation = this.bent(evidence.observation(roll(2) === 0 ? one.statements : other.statements));
    const nodeId = BigInt(1 + roll(evidence.nodeIds.length));
    const reports = [this.reports[one.epoch]!, this.reports[other.epoch]!] as const;
    const [leaf, next] = [roll(3), roll(3)].map((index) => reports[0].leaves.leaf(index));
    const proofOf = (at: number): string[] => [...reports[roll(8) === 0 ? 1 : 0].tree.proof(at)];
    switch (roll(7)) {
      case 0: {
        const second = this.bent(evidence.observation(other.statements));
        return ["two observations", () => proofs.proveTwoObservations.staticCall(observation, second, seat)];
      }
      case 1: {
        const batches = [this.batch(one, slot), this.batch(other, roll(3))] as const;
        return ["two batches", () => proofs.proveTwoBatches.staticCall(...batches, seat)];
      }
      case 2: {
        const args = [this.batch(one, slot), observation, seat, listed.root, listed.proof] as const;
        return ["unlisted batch", () => proofs.proveUnlistedBatch.staticCall(...args)];
      }
      case 3: {
        const receipt = this.receipt(other, nodeId, slot);
        const args = [nodeId, slot, listed.proof, evidence.sightings(third.statements)] as const;
        return [
          "hidden sighting",
          () => proofs.proveHiddenSighting.staticCall(observation, { ...receipt, seat }, ...args),
        ];
      }
      case 4: {
        const signed = [this.signatures[one.epoch]![seat]!, this.signatures[other.epoch]![roll(4)]!] as const;
        const [first, second] = [this.bent(reports[0].report), this.bent(reports[1].report)];
        return ["two reports", () => proofs.proveContradiction.staticCall(first, second, seat, ...signed)];
      }
      case 5:
        return [
          "false leaf",
          () => proofs.proveFalseLeaf.staticCall(reports[0].report, this.bent(leaf!), proofOf(leaf!.index)),
        ];
      default: {
        const args = [leaf!, proofOf(leaf!.index), next!, proofOf(next!.index)] as const;
        return ["false pair", () => proofs.proveFalsePair.staticCall(reports[0].report, ...args)];
      }
    }
  }

  private any(): { epoch: number; seat: number; statements: Statements } {
    const [epoch, seat] = [this.roll(EPOCHS.length), this.roll(this.at.attestors.length)];
    return { epoch, seat, statements: this.said[epoch]![seat]! };
  }

  /** The same, or once in a while with a field that is another. */
  private bent<T extends object>(value: T): T {
    if (this.roll(4) !== 0) return value;
    const keys = Object.keys(value) as (keyof T)[];
    const key = keys[this.roll(keys.length)]!;
    const field: unknown = value[key];
    const other =
      typeof field === "number"
        ? field + 1
        : typeof field === "bigint"
          ? field + 1n
          : hexlify(randomBytes((String(field).length - 2) / 2));
    return { ...value, [key]: other };
  }

  private batch({ epoch, statements }: ReturnType<Framer["any"]>, slot: number) {
    const known = [...statements.batches.keys()];
    return this.bent(this.evidence.batch(statements, epoch, statements.batches.has(slot) ? slot : known[0]!));
  }

  private receipt({ statements }: ReturnType<Framer["any"]>, nodeId: bigint, slot: number) {
    try {
      return this.evidence.receipt(statements, nodeId, slot);
    } catch {
      // The node is not in this batch: another one's receipt will do.
      const [heard, batch] = [...statements.batches][0]!;
      const node = this.evidence.nodeIds.find((each) => {
        const signed = { epoch: 0, slot: heard, root: batch.tree.root, attestor: "", signature: batch.signature };
        return batch.tree.receipt(signed, each) !== undefined;
      });
      return this.evidence.receipt(statements, node!, heard);
    }
  }
}
