import { expect } from "chai";
import hre from "hardhat";

import { permissionBits, WIRING } from "../../ignition/wiring.js";
import { deployMillrace } from "../support/deployMillrace.js";

describe("deployMillrace of the tests", function () {
  it("wires what ignition/wiring.ts says and nothing else, and seals it", async function () {
    const world = await deployMillrace(await hre.network.create());
    const { token, settlement, staking, nodes, claims } = world;
    const callees = {
      MillToken: token,
      BurnMintSettlement: settlement,
      StakingRegistry: staking,
      NodeRegistry: nodes,
      ResultClaims: claims,
    };
    const names = new Map([
      ...(await Promise.all(
        Object.entries(callees).map(async ([name, each]) => [await each.getAddress(), name] as const),
      )),
      [await world.uptime.getAddress(), "UptimeOracle"] as const,
      [await world.tasks.getAddress(), "TaskMarket"] as const,
      [await world.leases.getAddress(), "LeaseMarket"] as const,
    ]);
    const found = [];
    for (const [callee, contract] of Object.entries(callees)) {
      expect(await contract.isSealed(), callee).to.equal(true);
      for (const { args } of await contract.queryFilter(contract.filters.PermissionsGranted())) {
        found.push(`${callee} <- ${names.get(args.module)}: ${args.permissions}`);
      }
    }
    const expected = WIRING.map((wire) => `${wire.callee} <- ${wire.caller}: ${permissionBits(wire.permissions)}`);
    expect(found.sort()).to.deep.equal(expected.sort());
  });
});
