import { formatCredits, formatMill } from "@millrace/sdk";
import { formatEther } from "ethers";

import type { Jobs } from "./jobsChapter.js";
import type { Setup } from "./setupChapter.js";
import type { World } from "./World.js";

/** One sum that must hold, in the smallest unit of both sides. */
interface Identity {
  readonly what: string;
  readonly left: bigint;
  readonly right: bigint;
}

/**
 * Holds every total of the story against events and balances; true if all hold, the buyer is whole and every cheat lost its
 * bond.
 */
export async function auditChapter(world: World, setup: Setup, jobs: Jobs): Promise<boolean> {
  world.narrator.chapter("The books");
  await settlementFacts(world);
  const caught = await disputeFacts(world, jobs);
  await checkFacts(world);
  const { isWhole, ...buyer } = await buyerIdentity(world, setup);
  const identities = [...(await supplyIdentities(world)), buyer];
  for (const { what, left, right } of identities) {
    world.narrator.say(`${left === right ? "holds" : `BROKEN (${left} is not ${right})`}: ${what}`);
  }
  const conserved = identities.every(({ left, right }) => left === right);
  world.report.add({
    id: "demo.conserved",
    value: conserved,
    unit: "bool",
    what: "supply identity and all totals hold, exact to the last unit",
    source: identities.map(({ what }) => what).join("; "),
  });
  const cheats = world.cast.providers.filter(({ cheat }) => cheat !== undefined).length;
  world.narrator.say(`${caught} of ${cheats} cheats were caught`);
  return conserved && isWhole && caught === cheats;
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

async function settlementFacts({ contracts, report, narrator }: World): Promise<void> {
  const { settlement, rewards: uptimeRewards } = contracts;
  const [bought, closed, collected, rewards] = await Promise.all([
    settlement.queryFilter(settlement.filters.Bought()),
    settlement.queryFilter(settlement.filters.EpochClosed()),
    settlement.queryFilter(settlement.filters.Collected()),
    uptimeRewards.rewardsPaid(),
  ]);
  const closings = closed.map(({ args }) => args.closing);
  const burned = sum(bought.map(({ args }) => args.mill));
  const minted = sum(collected.map(({ args }) => args.mill));
  const emitted = sum(closings.map((closing) => closing.emitted));
  const cancelled = sum(closings.map((closing) => closing.cancelled));
  const facts = [
    ["burned", burned, "MILL that buyers burned for credits", "Bought"],
    ["minted", minted, "MILL minted again for work done", "Collected"],
    ["emitted", emitted, "new MILL, within the schedule", "EpochClosed"],
    ["cancelled", cancelled, "MILL of the schedule that will never exist", "EpochClosed"],
  ] as const;
  for (const [name, mill, what, source] of facts) {
    report.add({
      id: `demo.settlement.${name}`,
      value: Number(formatMill(mill).split(" ")[0]?.replaceAll(",", "")),
      unit: "MILL",
      what,
      source,
    });
  }
  narrator.say(
    `burned ${formatMill(burned)}, minted again ${formatMill(minted)}, emitted ${formatMill(emitted)}, ` +
      `cancelled ${formatMill(cancelled)}, rewards paid ${formatMill(rewards)}`,
  );
}

async function disputeFacts(world: World, jobs: Jobs): Promise<number> {
  const { contracts, report, provider } = world;
  const { claims, staking, tasks } = contracts;
  const gasOf = async (hashes: readonly string[]): Promise<number> => {
    const receipts = await Promise.all([...new Set(hashes)].map((hash) => provider.getTransactionReceipt(hash)));
    return receipts.reduce((gas, receipt) => gas + Number(receipt?.gasUsed ?? 0n), 0);
  };
  const shown = jobs.training * 256n + 1n;
  const direct = await claims.queryFilter(claims.filters.WordProvenWrong(shown));
  const hidden = jobs.rendering * 256n + 1n;
  const committed = await claims.queryFilter(claims.filters.Committed());
  // Watchers keep the commitments about a claim in the lane of its number.
  const commitments = (claimId: bigint) => committed.filter(({ args }) => args.lane === claimId);
  const [pointed, opened, proven] = await Promise.all([
    claims.queryFilter(claims.filters.BranchPointed(hidden)),
    claims.queryFilter(claims.filters.BranchOpened(hidden)),
    claims.queryFilter(claims.filters.WordProvenWrong(hidden)),
  ]);
  const slashes = await staking.queryFilter(staking.filters.BondSlashed());
  // A bond that several share is slashed in parts.
  const slashed = new Set(slashes.map(({ transactionHash }) => transactionHash)).size;
  const finalized = await tasks.queryFilter(tasks.filters.TaskFinalized());
  const leases = Number(await contracts.leases.leaseCount());
  report.add({
    id: "demo.dispute.direct.gas",
    value: await gasOf([...commitments(shown), ...direct].map(({ transactionHash }) => transactionHash)),
    unit: "gas",
    what: "proving a published trace wrong: the commitment, and the one transaction that decides",
    source: "receipts",
  });
  report.add({
    id: "demo.dispute.interactive.gas",
    value: await gasOf(
      [...commitments(hidden), ...pointed, ...opened, ...proven].map(({ transactionHash }) => transactionHash),
    ),
    unit: "gas",
    what: "the whole opening game against a hidden trace, both sides together",
    source: "receipts of all its transactions",
  });
  report.add({
    id: "demo.dispute.interactive.rounds",
    value: opened.length,
    unit: "rounds",
    what: "openings until the wrong word was shown",
    source: "BranchOpened",
  });
  report.add({
    id: "demo.cheats.slashed",
    value: slashed,
    unit: "count",
    what: "providers that lost a bond",
    source: "BondSlashed",
  });
  report.add({
    id: "demo.jobs.completed",
    value: finalized.length + leases,
    unit: "count",
    what: "tasks that became final, and leases that ran",
    source: "TaskFinalized and the lease count",
  });
  return slashed;
}

async function checkFacts({ contracts, report }: World): Promise<void> {
  const { checks } = contracts;
  const [vouched, paid] = await Promise.all([
    checks.queryFilter(checks.filters.ClaimVouched()),
    checks.queryFilter(checks.filters.CheckerPaid()),
  ]);
  report.add({
    id: "demo.checks.vouched",
    value: vouched.length,
    unit: "count",
    what: "results that a checker executed again and vouched for",
    source: "ClaimVouched",
  });
  report.add({
    id: "demo.checks.paid",
    value: Number(formatEther(sum(paid.map(({ args }) => args.mill)))),
    unit: "MILL",
    what: "MILL that the checker was paid for it",
    source: "CheckerPaid",
  });
}

async function supplyIdentities({ contracts, cast, deployment }: World): Promise<Identity[]> {
  const { settlement, staking, token } = contracts;
  const [supply, bank, owed, burned, genesis, emitted, held, inStaking, outstanding] = await Promise.all([
    token.totalSupply(),
    settlement.bank(),
    settlement.owed(),
    settlement.burnedForGood(),
    settlement.genesisSupply(),
    settlement.emitted(),
    staking.totalHeld(),
    token.balanceOf(deployment.contracts.StakingRegistry),
    settlement.outstanding(),
  ]);
  const holders = [cast.buyer, ...cast.providers.map(({ account }) => account)];
  const credits = await Promise.all(
    holders.map(async ({ address }) => {
      const { free, locked } = await settlement.accountOf(address);
      return free + locked;
    }),
  );
  const epoch = await settlement.currentEpoch();
  const next = await settlement.nextEpochToClose();
  const waiting: bigint[] = [];
  for (let at = next; at <= epoch; at++) waiting.push((await settlement.tallyOf(at)).credits);
  const { credits: carried } = await settlement.carried();
  return [
    {
      what: "supply + bank + owed + burned for good = genesis + emitted",
      left: supply + bank + owed + burned,
      right: genesis + emitted,
    },
    { what: "stake of all providers = MILL that staking holds", left: held, right: inStaking },
    {
      what: "credits of all accounts, and those to be priced = credits outstanding",
      left: sum(credits) + sum(waiting) + carried,
      right: outstanding,
    },
  ];
}

/** The buyer has what it bought and was compensated, less what it paid for work that was delivered. */
async function buyerIdentity(world: World, { credits }: Setup): Promise<Identity & { isWhole: boolean }> {
  const { contracts, cast, report, narrator } = world;
  const { settlement } = contracts;
  const buyer = cast.buyer.address;
  const before = await settlement.accountOf(buyer);
  if (before.owedMill > 0n) await world.mined(world.as(cast.treasury).settlement.creditOwed(buyer));
  const [paid, compensated, account] = await Promise.all([
    settlement.queryFilter(settlement.filters.Paid(buyer)),
    settlement.queryFilter(settlement.filters.OwedCredited(buyer)),
    settlement.accountOf(buyer),
  ]);
  const spent = sum(paid.map(({ args }) => args.credits));
  const gained = sum(compensated.map(({ args }) => args.credits));
  const left = account.free + account.locked;
  const right = credits - spent + gained;
  const isWhole = left === right && account.locked === 0n && gained > 0n;
  report.add({
    id: "demo.buyer.madeWhole",
    value: isWhole,
    unit: "bool",
    what: "the buyer paid for delivered work only, nothing is locked, and it was compensated from the slashed bonds",
    source: "Paid, OwedCredited and the buyer's account",
  });
  narrator.say(
    `the buyer paid ${formatCredits(spent)} for delivered work and was compensated ${formatCredits(gained)}`,
  );
  return { what: "the buyer's credits = bought − paid for delivered work + compensation", left, right, isWhole };
}
