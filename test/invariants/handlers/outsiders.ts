import type { BaseContract, FunctionFragment, ParamType } from "ethers";

import { emptyValue } from "../../ignition/deployed.js";
import { MILL, type World } from "../../market/marketFixture.js";
import type { Dice } from "../Dice.js";
import { ownersThings } from "../fingerprint.js";
import type { Action, Play } from "../Play.js";
import { pausable } from "../pausable.js";
import { unchanged } from "../unchanged.js";

/** The guardian pauses, somebody gives MILL away, holders burn, strangers call whatever there is. */
export const outsiderActions: Readonly<Record<string, Action>> = {
  pauseEntries: async ({ world, connection }, dice) => {
    const target = dice.pick(pausable(world));
    const governed = await connection.ethers.getContractAt("EntryPause", target);
    return governed.pauseEntries(dice.int(0, 30));
  },

  donate: async ({ world }, dice) => {
    const { settlement, staking, nodes, tasks, leases, uptime, claims, token, orders, proofs, checks } = world;
    const target = dice.pick([
      settlement,
      staking,
      nodes,
      tasks,
      leases,
      uptime,
      claims,
      token,
      orders,
      proofs,
      checks,
    ]);
    return token.transfer(target, dice.amount(1_000n * MILL));
  },

  burn: async ({ world }, dice) => world.token.burn(dice.amount(100n * MILL)),

  /** I11: deposits and payments for others, and whatever else anybody may do to them. */
  interfere: async (play, dice) => {
    const { world, accounts } = play;
    const { settlement, staking, token, nodes, stranger } = world;
    const victim = dice.pick(accounts.filter((account) => account !== stranger));
    await token.transfer(stranger, 100n);
    await token.connect(stranger).approve(staking, 100n);
    const acts = [
      async () => staking.connect(stranger).stakeFor(victim, 1n),
      async () => token.connect(stranger).transfer(victim, 1n),
      async () => settlement.connect(stranger).collect(victim),
      async () => settlement.connect(stranger).collectEpochs(victim, [dice.int(0, 20)]),
      async () => stranger.sendTransaction({ to: world.bob, value: 1n }),
      async () => nodes.connect(stranger).pause(dice.int(1, 3)),
      async () => nodes.connect(stranger).retire(dice.int(1, 3)),
      async () => staking.connect(stranger).cancelThaw(dice.int(1, 4)),
    ];
    await unchanged("I11", play, ownersThings, dice.pick(acts));
  },

  /** I11: a stranger ends the leases of others, or makes them dearer. It goes through when it is refused, too. */
  interfereWithLease: async (play, dice) => {
    const leases = play.world.leases.connect(play.world.stranger);
    const leaseId = dice.pick(await play.leasesIn("Running"));
    const acts = [
      async () => leases.close(leaseId),
      async () => leases.giveNotice(leaseId),
      async () => leases.abandon(leaseId),
      async () => leases.topUp(leaseId, 10n ** 18n),
    ];
    const act = dice.pick(acts);
    await unchanged("I11", play, ownersThings, async () => {
      try {
        await act();
      } catch (refusal) {
        if (!String(refusal).includes("reverted with custom error")) throw refusal;
        // What is compared was seen one block later.
        await play.connection.networkHelpers.mine();
      }
    });
  },

  /** I11, with calls that nobody thought of. */
  callAnything: async (play, dice) => {
    const { world } = play;
    const target = dice.pick(contractsOf(world));
    const functions: FunctionFragment[] = [];
    target.interface.forEachFunction((fragment) => {
      if (!fragment.constant) functions.push(fragment);
    });
    if (functions.length === 0) throw new Error("it only answers");
    const name = dice.pick(functions).format("sighash");
    const method = target.connect(world.stranger).getFunction(name);
    const values = method.fragment.inputs.map((input) => valueOf(input, play, dice));
    await unchanged("I11", play, ownersThings, async () => {
      try {
        await method.send(...values);
      } catch (cause) {
        throw new Error(`${name}: ${String(cause)}`, { cause });
      }
    });
  },

  /** How the hostile contracts take what they are sent from now on. */
  changeMood: async ({ connection, hostile, world }, dice) => {
    if (hostile === undefined) throw new Error("nobody is hostile");
    const contract = await connection.ethers.getContractAt(
      "HostileReceiver",
      dice.pick([hostile.buyer, hostile.provider]).address,
    );
    return contract.connect(world.stranger).setMood(dice.int(0, 3));
  },
};

function contractsOf(world: World): BaseContract[] {
  return Object.values(world as object).filter(
    (each: unknown) => typeof each === "object" && each !== null && "interface" in each,
  ) as BaseContract[];
}

/** Something that a function may know: an account or a contract, a small id, an amount; most times the emptiest. */
function valueOf(parameter: ParamType, { accounts, world }: Play, dice: Dice): unknown {
  if (parameter.type === "address" && dice.chance(80)) return dice.pick([...accounts, world.staking, world.leases]);
  if (/^uint(8|16|32|48|64|256)$/.test(parameter.type) && dice.chance(80)) return dice.int(0, 6);
  return emptyValue(parameter);
}
