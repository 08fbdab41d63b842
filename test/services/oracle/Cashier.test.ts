import { expect } from "chai";
import type { TransactionRequest } from "ethers";
import hre from "hardhat";

import type { Contracts, SendOptions } from "@millrace/sdk";

import { Cashier, type CashierParts } from "../../../services/oracle/src/duties/Cashier.js";
import { BOND_WEI, CHALLENGE_SECONDS, deployUptime } from "../../uptime/uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();

describe("Cashier", () => {
  it("should take what was won once the account has no more than that, whatever the budget (I7)", async () => {
    const at = await deployUptime(ethers, networkHelpers, 4);
    const { report, leaves, tree } = await at.post(0, { bitmap: 0b11n, seats: [0, 1, 2] });
    const [winner] = await ethers.getSigners();
    let balance = 0n;
    const cashier = new Cashier({
      attestor: winner!.address,
      contracts: { challenges: at.challenges } as unknown as Contracts,
      provider: { getBalance: () => Promise.resolve(balance) },
      sender: {
        send: async (request: () => Promise<TransactionRequest>, _: string, options: SendOptions = {}) => {
          expect(options.isPaid).to.equal(true);
          await winner!.sendTransaction(await request());
        },
      },
    } as unknown as CashierParts);
    expect(await cashier.cash(), "nothing is owed").to.equal("waits");

    // A bond that comes back is owed as one that was won.
    await at.challenges.challengeSlot(report, leaves[0]!, [...tree.proof(0)], 1, { value: BOND_WEI });
    await networkHelpers.time.increase(CHALLENGE_SECONDS);
    await at.challenges.clearSlot(await at.challenges.challengeIdOf(at.hash(report), 1n, 1));
    balance = BOND_WEI + 1n;
    expect(await cashier.cash(), "there is enough").to.equal("waits");
    balance = BOND_WEI;
    expect(await cashier.cash()).to.equal("done");
    expect(await at.challenges.owedTo(winner!.address)).to.equal(0n);
  });
});
