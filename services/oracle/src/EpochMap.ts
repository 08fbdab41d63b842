/**
 * What a process remembers of epochs: only the newest are kept, so that months change nothing. An epoch older than all
 * of them, for which a stranger may ask, pushes out none.
 */
export class EpochMap<V> {
  private readonly byEpoch = new Map<number, V>();

  /**
   * @param most epochs that are kept
   * @param create what there is of an epoch at first
   */
  constructor(
    private readonly most: number,
    private readonly create: (epoch: number) => V,
  ) {}

  /** What there is of an epoch. */
  of(epoch: number): V {
    const known = this.byEpoch.get(epoch);
    if (known !== undefined) return known;
    const created = this.create(epoch);
    this.byEpoch.set(epoch, created);
    if (this.byEpoch.size > this.most) this.byEpoch.delete(Math.min(...this.byEpoch.keys()));
    return created;
  }

  /** What there is of all epochs, the oldest first. */
  all(): V[] {
    return [...this.byEpoch].sort(([a], [b]) => a - b).map(([, value]) => value);
  }
}
