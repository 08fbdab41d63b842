import { buyerActions } from "./handlers/buyer.js";
import { channelActions } from "./handlers/channels.js";
import { claimActions } from "./handlers/claims.js";
import { delegatorActions } from "./handlers/delegators.js";
import { epochActions } from "./handlers/epochs.js";
import { governorActions } from "./handlers/governor.js";
import { outsiderActions } from "./handlers/outsiders.js";
import { providerActions } from "./handlers/provider.js";
import type { Action } from "./Play.js";

/** Everything that somebody may do, by name. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  ...buyerActions,
  ...providerActions,
  ...claimActions,
  ...channelActions,
  ...delegatorActions,
  ...epochActions,
  ...governorActions,
  ...outsiderActions,
};

/** What a run is mostly made of; everything else has weight one. */
const OFTEN: Readonly<Record<string, number>> = {
  openTask: 3,
  accept: 5,
  acknowledge: 2,
  submit: 6,
  finalize: 3,
  point: 6,
  open: 4,
  timeout: 6,
  withdrawBonds: 5,
  cancelPot: 4,
  creditOwed: 3,
  hire: 4,
  topUp: 4,
  pass: 6,
  close: 4,
  report: 3,
  settle: 3,
  collectRewards: 3,
  collectAttestorPay: 3,
  redeemVoucher: 3,
  openChannel: 2,
  delegate: 3,
  undelegate: 2,
  changeParameter: 2,
  interfere: 3,
  callAnything: 3,
};

/** Names of all actions, each as often as it weighs. */
export const WEIGHTED: readonly string[] = Object.keys(ACTIONS).flatMap((name) =>
  Array.from({ length: OFTEN[name] ?? 1 }, () => name),
);
