import type { BaseContract } from "ethers";

import { emptyValue } from "../../ignition/deployed.js";
import { MILL } from "../../market/marketFixture.js";
import type { Action } from "../Play.js";

/** The guardian pauses, somebody gives MILL away, holders burn, strangers call whatever there is. */
export const outsiderActions: Readonly<Record<string, Action>> = {
  pauseEntries: async ({ world, connection }, dice) => {
    const { settlement, staking, nodes, tasks, leases, uptime } = world;
    const target = dice.pick([settlement, staking, nodes, tasks, leases, uptime]);
    const governed = await connection.ethers.getContractAt("EntryPause", target);
    return governed.pauseEntries(dice.int(0, 30));
  },

  donate: async ({ world }, dice) => {
    const { settlement, staking, nodes, tasks, leases, uptime, claims, token } = world;
    const target = dice.pick([settlement, staking, nodes, tasks, leases, uptime, claims, token]);
    return token.transfer(target, dice.amount(1_000n * MILL));
  },

  burn: async ({ world }, dice) => world.token.burn(dice.amount(100n * MILL)),

  callAnything: async ({ world }, dice) => {
    const { token, settlement, terms, priceOracle, staking, catalog, nodes, claims, uptime, tasks, leases } = world;
    const all = [token, settlement, terms, priceOracle, staking, catalog, nodes, claims, uptime, tasks, leases];
    const target = dice.pick(all) as unknown as BaseContract;
    const functions = target.interface.fragments.filter((fragment) => fragment.type === "function");
    const name = dice.pick(functions).format("sighash");
    const method = target.connect(world.stranger).getFunction(name);
    return method.send(...method.fragment.inputs.map(emptyValue));
  },
};
