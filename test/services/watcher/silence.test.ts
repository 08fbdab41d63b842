import { type connectContracts, EpochClock } from "@millrace/sdk";
import { expect } from "chai";
import type { TransactionRequest } from "ethers";
import hre from "hardhat";

import { SilenceReporter } from "../../../services/watcher/src/capacity/SilenceReporter.js";
import { capacityFixture } from "../../capacity/capacityFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const deploy = capacityFixture(connection);

const SILENT = 4n;
const STRUCK = 5n;
const PASSED = 2n;

type Contracts = ReturnType<typeof connectContracts>;

describe("SilenceReporter", () => {
  it("should report the silent, no other, and have them counted once the round is over", async () => {
    const at = await networkHelpers.loadFixture(deploy);
    const { capacity, registry, beacon, settlement } = at;
    const [, alice, bob, reporter] = await ethers.getSigners();
    const answering = await at.addChallenged(alice, 4);
    const silent = await at.addChallenged(bob);
    const sent: string[] = [];
    const silence = new SilenceReporter({
      contracts: { capacity, nodes: registry } as unknown as Pick<Contracts, "capacity" | "nodes">,
      clock: new EpochClock(await settlement.clock()),
      recorder: {
        ensure: async (second) => {
          if (BigInt(await beacon.valueAt(second)) === 0n) await at.record(second);
          return true;
        },
      },
      sender: {
        send: async (make, label) => {
          const call = (await (typeof make === "function" ? make() : make)) as TransactionRequest;
          const receipt = await (await reporter.sendTransaction(call)).wait();
          sent.push(label ?? "");
          if (receipt === null) throw new Error("not mined");
          return receipt;
        },
      },
      logger: { info: () => undefined },
    });
    const round = async () => silence.round(await networkHelpers.time.latest());

    const epoch = 2;
    await at.round(epoch, [{ nodeId: answering, agent: alice }]);
    const { reportsFrom, finalAt } = await capacity.timesOf(epoch);
    await round();
    expect(sent).to.deep.equal([]);
    await networkHelpers.time.increaseTo(reportsFrom);
    await round();
    await round();
    expect(sent).to.deep.equal(["report silence"]);
    const stateOf = async (nodeId: bigint) => (await capacity.answerOf(nodeId, epoch)).state;
    expect([await stateOf(answering), await stateOf(silent)]).to.deep.equal([PASSED, SILENT]);
    await networkHelpers.time.increaseTo(finalAt);
    await round();
    await round();
    expect(sent).to.deep.equal(["report silence", "strike"]);
    expect(await stateOf(silent)).to.equal(STRUCK);
  });
});
