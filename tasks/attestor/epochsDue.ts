import type { Contracts, EpochClock } from "@millrace/sdk";

interface On {
  readonly contracts: Contracts;
  readonly epochs: EpochClock;
  readonly now: () => Promise<number>;
}

/** Of the last so many epochs, those whose final report owes an attestor a share of its pot. */
export async function epochsDue({ contracts, epochs, now }: On, account: string, last: number): Promise<number[]> {
  const { uptime, rewards } = contracts;
  const current = epochs.epochAt(await now());
  const all = Array.from({ length: Math.min(last, Math.max(0, current)) }, (_, i) => current - 1 - i);
  const due = await Promise.all(
    all.map(async (epoch) => {
      const [{ bit }, { paid }] = await Promise.all([uptime.payeesOf(epoch, account), rewards.paymentsOf(epoch)]);
      return bit !== 0n && (paid & bit) === 0n;
    }),
  );
  return all.filter((_, i) => due[i] === true).toReversed();
}
