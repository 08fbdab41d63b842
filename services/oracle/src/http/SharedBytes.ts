/** Long answers that are kept: those of an epoch or two, from which everybody wants the same. */
const MAX_KEPT = 8;

/**
 * Long answers by their names, made once. Whoever reads slowly holds on to what it reads: many who do share one copy, so
 * that memory does not grow with them.
 */
export class SharedBytes {
  private readonly kept = new Map<string, Buffer>();
  /** All that somebody still reads, though it is kept no more. */
  private readonly read = new Map<string, WeakRef<Buffer>>();

  /** The answer with a name; undefined if there is none. */
  of(name: string, make: () => Uint8Array | undefined): Buffer | undefined {
    const known = this.kept.get(name) ?? this.read.get(name)?.deref();
    const made = known === undefined ? make() : undefined;
    // No copy: what was made is not changed any more.
    const bytes = known ?? (made && Buffer.from(made.buffer, made.byteOffset, made.byteLength));
    if (bytes === undefined) return undefined;
    // The one that was asked for last goes last.
    this.kept.delete(name);
    this.kept.set(name, bytes);
    if (made !== undefined) this.remember(name, bytes);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MAX_KEPT) break;
      this.kept.delete(oldest);
    }
    return bytes;
  }

  private remember(name: string, bytes: Buffer): void {
    for (const [other, reference] of this.read) if (reference.deref() === undefined) this.read.delete(other);
    this.read.set(name, new WeakRef(bytes));
  }
}
