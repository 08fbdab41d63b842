import { Fraction } from "../settlement/fraction.js";

const ZERO = new Fraction(0n);
const whole = (value: bigint): Fraction => new Fraction(value);

/** Divides out what both sides share, or the numbers of a long history outgrow any machine. */
function reduced({ numerator, denominator }: Fraction): Fraction {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? ZERO : new Fraction(numerator / a, denominator / a);
}

interface Member {
  /** Shares of the pool that earn, wait to earn, and leave. */
  earning: bigint;
  joining: bigint;
  leaving: bigint;
  rewards: Fraction;
}

/**
 * A delegation pool in exact fractions: what everybody would have if nothing were ever rounded. Shares are the
 * contract's own; what they are worth and earn is computed here.
 */
export class DelegationModel {
  readonly members = new Map<string, Member>();
  /** Rewards of nobody, which are the provider's. */
  unearned = ZERO;
  mill = ZERO;
  private streaming = ZERO;
  private arriving = ZERO;
  private at: bigint;

  constructor(
    private readonly genesisAt: bigint,
    private readonly epochSeconds: bigint,
    now: bigint,
  ) {
    this.at = now;
  }

  member(name: string): Member {
    const member = this.members.get(name) ?? { earning: 0n, joining: 0n, leaving: 0n, rewards: ZERO };
    this.members.set(name, member);
    return member;
  }

  get shares(): bigint {
    return [...this.members.values()].reduce(
      (sum, { earning, joining, leaving }) => sum + earning + joining + leaving,
      0n,
    );
  }

  get earning(): bigint {
    return [...this.members.values()].reduce((sum, member) => sum + member.earning, 0n);
  }

  /** Worth of shares, exactly. */
  worth(shares: bigint): Fraction {
    return this.shares === 0n ? ZERO : this.mill.times(new Fraction(shares, this.shares));
  }

  /** Lets time pass: streams by the second, turns at the end of each epoch. */
  advance(now: bigint): void {
    while (this.at < now) {
      const endAt = this.genesisAt + ((this.at - this.genesisAt) / this.epochSeconds + 1n) * this.epochSeconds;
      const until = endAt < now ? endAt : now;
      this.stream(new Fraction(until - this.at, endAt - this.at));
      this.at = until;
      if (until === endAt) this.turn();
    }
  }

  deposit(name: string, mill: bigint, shares: bigint): void {
    this.mill = this.mill.plus(whole(mill));
    this.member(name).joining += shares;
  }

  undelegate(name: string, shares: bigint): void {
    const member = this.member(name);
    const fromJoining = shares < member.joining ? shares : member.joining;
    member.joining -= fromJoining;
    member.earning -= shares - fromJoining;
    member.leaving += shares;
  }

  cancel(name: string): void {
    const member = this.member(name);
    member.joining += member.leaving;
    member.leaving = 0n;
  }

  /** Takes shares out for what the contract paid: its rounding stays in the pool. */
  withdraw(name: string, shares: bigint, paid: bigint): void {
    this.member(name).leaving -= shares;
    this.mill = this.mill.minus(whole(paid));
  }

  slash(taken: bigint): void {
    this.mill = this.mill.minus(whole(taken));
  }

  reward(toDelegators: bigint): void {
    this.arriving = this.arriving.plus(whole(toDelegators));
  }

  private stream(part: Fraction): void {
    const paid = this.streaming.times(part);
    this.streaming = reduced(this.streaming.minus(paid));
    const earning = this.earning;
    if (earning === 0n) this.unearned = reduced(this.unearned.plus(paid));
    else {
      for (const member of this.members.values()) {
        member.rewards = reduced(member.rewards.plus(paid.times(new Fraction(member.earning, earning))));
      }
    }
  }

  private turn(): void {
    for (const member of this.members.values()) {
      member.earning += member.joining;
      member.joining = 0n;
    }
    this.streaming = this.arriving;
    this.arriving = ZERO;
  }
}
