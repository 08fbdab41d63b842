import type { Contracts, EpochClock } from "@millrace/sdk";
import { batchesOf } from "@millrace/sdk";

interface On {
  readonly contracts: Contracts;
  readonly epochs: EpochClock;
  readonly now: () => Promise<number>;
}

/** Of the last so many epochs, those whose final report owes an attestor a share of its pot. */
export async function epochsDue({ contracts, epochs, now }: On, account: string, last: number): Promise<number[]> {
  const { uptime, rewards } = contracts;
  const current = epochs.epochAt(await now());
  const first = Math.max(0, current - last);
  const isDue = async (epoch: number): Promise<boolean> => {
    const [{ bit }, { paid }] = await Promise.all([uptime.payeesOf(epoch, account), rewards.paymentsOf(epoch)]);
    return bit !== 0n && (paid & bit) === 0n;
  };
  const found: number[] = [];
  // A node that is asked for years at once answers with an error.
  for (const some of batchesOf(Array.from({ length: current - first }, (_, i) => first + i))) {
    const due = await Promise.all(some.map(isDue));
    found.push(...some.filter((_, i) => due[i] === true));
  }
  return found;
}
