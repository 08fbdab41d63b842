/** The lease clock in its plainest form: every second is an entry of a list. The contract must agree with it exactly. */

export interface Clock {
  genesisAt: number;
  epochSeconds: number;
  slotsPerEpoch: number;
}

/** Seconds of `[fromAt, toAt)` that lie in slots which the bitmap of their epoch marks up. */
export function upSeconds(clock: Clock, bitmap: bigint, fromAt: number, toAt: number): number {
  const slotSeconds = clock.epochSeconds / clock.slotsPerEpoch;
  let count = 0;
  for (let second = fromAt; second < toAt; second++) {
    const inEpoch = (second - clock.genesisAt) % clock.epochSeconds;
    const slot = Math.floor(inEpoch / slotSeconds);
    if ((bitmap >> BigInt(slot)) & 1n) count++;
  }
  return count;
}

/** One lease, second by second. */
export class LeaseModel {
  /** Seconds that were paid for and neither cut nor settled, in order. */
  readonly open: number[] = [];
  paidThrough: number;
  startAt: number;
  closed = false;
  bought: number;
  paid = 0;
  refunded = 0;

  constructor(
    readonly clock: Clock,
    now: number,
    seconds: number,
  ) {
    this.startAt = now;
    this.paidThrough = now;
    this.bought = 0;
    this.#add(now, seconds);
  }

  #add(fromAt: number, seconds: number): void {
    for (let second = fromAt; second < fromAt + seconds; second++) this.open.push(second);
    this.paidThrough = fromAt + seconds;
    this.bought += seconds;
  }

  topUp(now: number, seconds: number): void {
    if (now > this.paidThrough) this.startAt = now;
    this.#add(Math.max(now, this.paidThrough), seconds);
  }

  /** Ends at `endAt`, but never in the past and never later than paid. */
  end(now: number, endAt: number): number {
    this.closed = true;
    const limit = Math.min(this.paidThrough, Math.max(now, endAt));
    const cut = this.paidThrough - limit;
    this.open.length -= cut;
    this.paidThrough = limit;
    this.refunded += cut;
    return cut;
  }

  epochOf(second: number): number {
    return Math.floor((second - this.clock.genesisAt) / this.clock.epochSeconds);
  }

  /** The next run of seconds without a gap within one epoch. */
  nextPiece(): { epoch: number; fromAt: number; toAt: number } | undefined {
    const fromAt = this.open[0];
    if (fromAt === undefined) return undefined;
    const epoch = this.epochOf(fromAt);
    let length = 1;
    while (this.open[length] === fromAt + length && this.epochOf(fromAt + length) === epoch) length++;
    return { epoch, fromAt, toAt: fromAt + length };
  }

  settle(bitmap: bigint): { up: number; down: number } {
    const piece = this.nextPiece();
    if (piece === undefined) throw new Error("nothing to settle");
    const up = upSeconds(this.clock, bitmap, piece.fromAt, piece.toAt);
    const down = piece.toAt - piece.fromAt - up;
    this.open.splice(0, up + down);
    this.paid += up;
    this.refunded += down;
    return { up, down };
  }
}
