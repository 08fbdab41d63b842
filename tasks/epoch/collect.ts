import type { BaseContract } from "ethers";

import { batchesOf, dueEarnings, formatMill, MillraceError, setAsideEpochs } from "@millrace/sdk";

import { accountOrSender } from "../lib/accountAddress.js";
import { counted } from "../lib/counted.js";
import { findEvents } from "../lib/events.js";
import { itemFailures } from "../lib/itemFailures.js";
import type { Sent } from "../lib/plan.js";
import type { Step } from "../lib/Step.js";
import type { Protocol, Session } from "../lib/Session.js";
import type { Fact } from "../lib/text.js";
import { nodeRewards } from "./nodeRewards.js";

interface Values {
  readonly account: string | undefined;
  readonly attestor: string | undefined;
}

/** What a call will pay, and how the preview says it. */
interface Due {
  readonly steps: readonly Step[];
  readonly facts: readonly Fact[];
  /** Nodes that the newest final report does not have yet. */
  readonly without: readonly bigint[];
  /** Nodes whose corrections wait to be settled. */
  readonly held: readonly bigint[];
}

/** Pays an account what work earned and redemptions brought and, with an attestor at hand, its nodes' rewards. */
export default async function collect(session: Session, { account: given, attestor }: Values): Promise<void> {
  const protocol = await session.protocol();
  const account = await accountOrSender(session, given);
  const earned = await earnings(protocol, account);
  const rewarded = attestor === undefined ? NOTHING : await rewards(protocol, account, attestor);
  const steps = [...earned.steps, ...rewarded.steps];
  if (steps.length === 0) throw await nothingDue(protocol, account, attestor, rewarded);

  const sent = await session.execute({
    title: `Collect for ${account}`,
    facts: [["goes to", `${account}, for whom anyone may collect`], ...earned.facts, ...rewarded.facts],
    steps,
  });
  if (sent === undefined) return;
  const { settlement, rewards: nodePay } = protocol.contracts;
  const fromWork = paid(settlement, sent, "Collected");
  const fromNodes = paid(nodePay, sent, "RewardsCollected");
  const failures = sent.receipts.flatMap((receipt) => itemFailures(nodePay, receipt)).map(({ reason }) => reason);
  session.output.result(
    {
      ...{ account, mill: fromWork + fromNodes, fromWork, fromNodes, failures },
      transactions: sent.receipts.map(({ hash }) => hash),
    },
    [`${account} has ${formatMill(fromWork + fromNodes)} more.`, ...failures].join("\n"),
  );
}

const NOTHING: Due = { steps: [], facts: [], without: [], held: [] };

async function earnings({ contracts: { settlement }, deployment }: Protocol, account: string): Promise<Due> {
  const asides = await settlement.queryFilter(settlement.filters.SetAside(account), deployment.deployedAtBlock);
  const epochs = asides.map(({ args }) => Number(args.epoch));
  const due = await dueEarnings(settlement, account, await setAsideEpochs(settlement, account, epochs));
  if (due === undefined) return NOTHING;
  return {
    steps: [{ label: due.by, request: await due.collect() }],
    facts: [["for work and redemptions", `${formatMill(due.mill)}, minted anew`]],
    without: [],
    held: [],
  };
}

async function rewards(protocol: Protocol, account: string, attestor: string): Promise<Due> {
  const { rewards: nodePay } = protocol.contracts;
  const { rewards: due, without, held } = await nodeRewards(protocol, account, attestor);
  const steps: Step[] = [];
  for (const batch of batchesOf(due)) {
    const items = batch.map(({ leaf, proof }) => ({ leaf, proof }));
    steps.push({
      label: `collect rewards of ${counted(items.length, "node")}`,
      request: await nodePay.collectMany.populateTransaction(account, items[0]?.leaf.epoch ?? 0, items),
    });
  }
  const facts: Fact[] = due.map(({ nodeId, leaf }) => [
    `node ${nodeId}`,
    `rewards up to epoch ${leaf.epoch}, from the availability pots`,
  ]);
  if (without.length > 0) facts.push(["no leaf yet", `nodes ${without.join(", ")}: the report does not have them`]);
  if (held.length > 0) facts.push(["held", heldNodes(held)]);
  return { steps, facts, without, held };
}

const heldNodes = (held: readonly bigint[]): string =>
  `nodes ${held.join(", ")}: settle their corrections (npx hardhat oracle correct)`;

async function nothingDue(
  { contracts }: Protocol,
  account: string,
  attestor: string | undefined,
  rewarded: Due,
): Promise<MillraceError> {
  const { earned, requested } = await contracts.settlement.positionOf(account);
  const hints = [
    earned > 0n || requested > 0n
      ? "Its credits wait for the close of their epoch: npx hardhat epoch close."
      : "It has neither earned credits nor asked to redeem any.",
    rewardsHint(attestor, rewarded),
  ];
  return new MillraceError("WRONG_STATE", `${account} has nothing to collect yet.`, { hint: hints.join(" ") });
}

function rewardsHint(attestor: string | undefined, { without, held }: Due): string {
  if (attestor === undefined) return "Rewards of nodes need a proof: name an attestor with --attestor.";
  if (held.length > 0) return `Held are the rewards of ${heldNodes(held)}.`;
  if (without.length > 0) return `The newest final report has no nodes ${without.join(", ")} yet.`;
  return "Its nodes have collected all that final reports give them.";
}

/** What the events of a name say was paid. */
function paid(contract: BaseContract, { receipts }: Sent, name: string): bigint {
  const events = receipts.flatMap((receipt) => findEvents(contract, receipt, name));
  return events.reduce((total, { args }) => total + (args["mill"] as bigint), 0n);
}
