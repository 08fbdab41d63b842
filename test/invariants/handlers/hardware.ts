import { inspectionTypes } from "@millrace/sdk";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { domainOf } from "../../support/typedData.js";
import type { Dice } from "../Dice.js";
import type { Action, Play } from "../Play.js";

/** Providers announce maintenance and call it off; inspectors confirm attributes and take their word back. */
export const hardwareActions: Readonly<Record<string, Action>> = {
  announce: async (play, dice) => {
    const nodeId = dice.int(1, play.providers.length);
    const startAt = (await play.now()) + dice.int(190, 600);
    return operated(play, nodeId, dice).announce(nodeId, startAt, dice.int(0, 250));
  },

  cancelMaintenance: async (play, dice) => {
    const nodeId = dice.int(1, play.providers.length);
    return operated(play, nodeId, dice).cancelLast(nodeId);
  },

  inspect: async (play, dice) => {
    const { inspections, stranger } = play.world;
    const inspector = dice.pick(inspectorsOf(play));
    const now = await play.now();
    const issuedAt = now - dice.int(-1, 50);
    const statement = {
      nodeId: dice.int(1, play.providers.length),
      attributes: dice.bits(8),
      issuedAt,
      expiresAt: issuedAt + dice.int(1, 400),
    };
    const domain = await domainOf(play.connection, "Millrace Inspections", inspections);
    const signature = await inspector.signTypedData(domain, inspectionTypes, statement);
    return inspections.connect(stranger).bring(inspector, statement, signature);
  },

  revoke: async (play, dice) =>
    play.world.inspections.connect(dice.pick(inspectorsOf(play))).revoke(dice.int(1, play.providers.length)),
};

/** Who confirms attributes in a run: two that nobody appointed. */
export function inspectorsOf({ world }: Play): HardhatEthersSigner[] {
  return [world.challenger, world.otherBuyer];
}

/** The windows as the node's provider most times, as a stranger else. */
function operated({ world, providers }: Play, nodeId: number, dice: Dice) {
  return world.maintenance.connect(dice.chance(90) ? providers[nodeId - 1] : world.stranger);
}
