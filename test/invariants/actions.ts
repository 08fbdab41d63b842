import { approvalActions } from "./handlers/approvals.js";
import { buyerActions } from "./handlers/buyer.js";
import { capacityActions } from "./handlers/capacity.js";
import { channelActions } from "./handlers/channels.js";
import { checkerActions } from "./handlers/checkers.js";
import { claimActions } from "./handlers/claims.js";
import { delegatorActions } from "./handlers/delegators.js";
import { epochActions } from "./handlers/epochs.js";
import { governorActions } from "./handlers/governor.js";
import { hardwareActions } from "./handlers/hardware.js";
import { machineActions } from "./handlers/machines.js";
import { orderActions } from "./handlers/orders.js";
import { outsiderActions } from "./handlers/outsiders.js";
import { proofActions } from "./handlers/proofs.js";
import { providerActions } from "./handlers/provider.js";
import { quoteActions } from "./handlers/quotes.js";
import type { Action } from "./Play.js";

/** Everything that somebody may do, by name. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  ...buyerActions,
  ...providerActions,
  ...claimActions,
  ...checkerActions,
  ...quoteActions,
  ...approvalActions,
  ...channelActions,
  ...delegatorActions,
  ...epochActions,
  ...orderActions,
  ...proofActions,
  ...hardwareActions,
  ...machineActions,
  ...capacityActions,
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
  takeCheckersSeat: 4,
  checkClaim: 8,
  settleCheck: 5,
  close: 4,
  report: 3,
  settle: 3,
  collectRewards: 3,
  collectAttestorPay: 3,
  submitChunk: 4,
  approveChunk: 2,
  rejectChunk: 2,
  refuseChunk: 3,
  releaseKey: 3,
  endRest: 4,
  takeQuote: 3,
  settleInGrace: 2,
  releaseLeaseBond: 2,
  redeemVoucher: 3,
  openChannel: 2,
  openOrder: 2,
  takeSeat: 4,
  startSeat: 2,
  leaveSeat: 2,
  relistSeat: 2,
  closeOrder: 1,
  openProof: 1,
  acceptProof: 2,
  submitProof: 2,
  openMachine: 2,
  acceptMachine: 3,
  submitMachine: 4,
  challengeRun: 12,
  answerRun: 6,
  finalizeMachine: 2,
  withdrawRunBonds: 2,
  delegate: 3,
  undelegate: 2,
  changeParameter: 2,
  interfere: 3,
  callAnything: 3,
};

/** What a run can be mostly about: everything else happens too, but seldom, so that stories come to an end. */
const SUBJECTS: readonly Readonly<Record<string, Action>>[] = [
  {
    ...pick(
      "openTask",
      "accept",
      "acknowledge",
      "submit",
      "finalize",
      "releaseTask",
      "cancelTask",
      "creditOwed",
      "pass",
    ),
    ...claimActions,
  },
  {
    ...pick("hire", "topUp", "closeLease", "giveNotice", "releaseLease", "settle", "interfereWithLease"),
    ...quoteActions,
    ...epochActions,
  },
  { ...delegatorActions, ...providerActions, ...pick("collectRewards", "report", "close", "pass") },
  { ...approvalActions, ...pick("pass") },
  { ...orderActions, ...pick("pass", "report", "close", "settle", "releaseLease", "objectTo") },
  {
    ...proofActions,
    ...hardwareActions,
    ...pick("pass", "takeQuote", "abandon", "settleInGrace", "releaseLeaseBond"),
  },
  { ...machineActions, ...pick("pass", "releaseTask", "creditOwed") },
  {
    ...capacityActions,
    ...pick("delegate", "withdraw", "stake", "unstake", "cancelThaw", "undelegate", "withdrawDelegation", "pass"),
  },
  {
    ...pick("openTask", "accept", "acknowledge", "submit", "finalize", "releaseTask", "close", "creditOwed"),
    ...checkerActions,
  },
  { ...channelActions, ...governorActions, ...outsiderActions, ...epochActions },
];
const SUBJECT_WEIGHT = 16;
/** Many calls each, and enough of them at a time. */
const LONG_ONES: Readonly<Record<string, number>> = { capacityRound: 6, ruin: 4 };

/** Names of all actions, each as often as it weighs in a run about one of the subjects. */
export function weightedActions(subject: number): readonly string[] {
  const about = SUBJECTS[subject % SUBJECTS.length];
  return Object.keys(ACTIONS).flatMap((name) =>
    Array.from({ length: (OFTEN[name] ?? 1) * (name in about ? (LONG_ONES[name] ?? SUBJECT_WEIGHT) : 1) }, () => name),
  );
}

function pick(...names: readonly string[]): Record<string, Action> {
  return Object.fromEntries(names.map((name) => [name, ACTIONS[name]]));
}
