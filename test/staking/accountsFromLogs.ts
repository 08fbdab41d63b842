import type { Block } from "ethers";

import type { StakingRegistry } from "../../typechain-types/index.js";

/** What a provider holds, in MILL. */
export interface Holdings {
  active: bigint;
  bonded: bigint;
  thaws: Map<bigint, { mill: bigint; releaseAt: bigint }>;
}

/** Accounts as the registry's logs alone tell them, by provider. */
export async function accountsFromLogs(
  staking: StakingRegistry,
  blockAt: (number: number) => Promise<Block | null>,
): Promise<Map<string, Holdings>> {
  const accounts = new Map<string, Holdings>();
  const logs = (await staking.runner?.provider?.getLogs({ address: await staking.getAddress(), fromBlock: 0 })) ?? [];
  for (const log of logs) {
    const event = staking.interface.parseLog(log);
    if (event === null || !event.fragment.inputs.some((input) => input.name === "provider")) continue;
    const args = event.args.toObject() as Record<string, bigint> & { provider: string };
    const value = (name: string): bigint => args[name] ?? 0n;
    const account: Holdings = accounts.get(args.provider) ?? { active: 0n, bonded: 0n, thaws: new Map() };
    accounts.set(args.provider, account);
    switch (event.name) {
      case "Staked":
        account.active += value("mill");
        break;
      case "ThawStarted":
        account.active -= value("mill");
        account.thaws.set(value("thawId"), { mill: value("mill"), releaseAt: value("releaseAt") });
        break;
      case "ThawCancelled":
        account.active += value("mill");
        account.thaws.delete(value("thawId"));
        break;
      case "ThawSlashed": {
        const thaw = account.thaws.get(value("thawId"));
        if (thaw === undefined) throw new Error(`thaw ${value("thawId")} was slashed after its end`);
        thaw.mill -= value("mill");
        if (thaw.mill === 0n) account.thaws.delete(value("thawId"));
        break;
      }
      case "Withdrawn": {
        const now = BigInt((await blockAt(log.blockNumber))?.timestamp ?? 0);
        for (const [id, { releaseAt }] of account.thaws) if (releaseAt <= now) account.thaws.delete(id);
        break;
      }
      case "Bonded":
        account.active -= value("mill");
        account.bonded += value("mill");
        break;
      case "Unbonded":
        account.active += value("mill");
        account.bonded -= value("mill");
        break;
      case "BondSlashed":
        account.bonded -= value("toBuyer") + value("toReporter") + value("burned");
        break;
      case "StakeSlashed":
        account.active -= value("fromActive");
        break;
    }
  }
  return accounts;
}
