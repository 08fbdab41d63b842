/** Time of the protocol, as `BurnMintSettlement.clock()` gives it. Twin of the contracts' EpochClock library. */
export class EpochClock {
  readonly genesisAt: number;
  readonly epochSeconds: number;
  readonly slotsPerEpoch: number;

  constructor(clock: { genesisAt: bigint | number; epochSeconds: bigint | number; slotsPerEpoch: bigint | number }) {
    this.genesisAt = Number(clock.genesisAt);
    this.epochSeconds = Number(clock.epochSeconds);
    this.slotsPerEpoch = Number(clock.slotsPerEpoch);
  }

  get slotSeconds(): number {
    return this.epochSeconds / this.slotsPerEpoch;
  }

  /** Epoch of a moment, negative before genesis. */
  epochAt(timestamp: number): number {
    return Math.floor((timestamp - this.genesisAt) / this.epochSeconds);
  }

  /** First second of an epoch. */
  startOf(epoch: number): number {
    return this.genesisAt + epoch * this.epochSeconds;
  }

  /** First second after an epoch. */
  endOf(epoch: number): number {
    return this.startOf(epoch + 1);
  }

  /** Slot within its epoch of a moment. */
  slotAt(timestamp: number): number {
    return Math.floor((timestamp - this.startOf(this.epochAt(timestamp))) / this.slotSeconds);
  }

  /** First second of a slot. */
  slotStart(epoch: number, slot: number): number {
    return this.startOf(epoch) + slot * this.slotSeconds;
  }
}
