/** One look at a process. */
export interface Sample {
  readonly seconds: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

export const MIB = 2 ** 20;

/** The newest samples of each process, as its own metrics give them. */
export class Memory {
  readonly samples = new Map<number, Sample[]>();

  /** Asks a member for its memory; one that does not answer has no sample. */
  async look(member: number, url: string, seconds: number): Promise<void> {
    try {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
      const text = await response.text();
      const rssBytes = valueOf(text, "process_resident_memory_bytes");
      const heapBytes = valueOf(text, "nodejs_heap_size_used_bytes");
      if (rssBytes === undefined || heapBytes === undefined) return;
      this.samples.set(member, [...(this.samples.get(member) ?? []), { seconds, rssBytes, heapBytes }]);
    } catch {
      // It is being restarted.
    }
  }

  /** Samples of a member from a moment on: what it loads and compiles at first is no leak. */
  after(member: number, seconds: number): Sample[] {
    return (this.samples.get(member) ?? []).filter((sample) => sample.seconds >= seconds);
  }
}

/** Slope of the straight line that fits samples best, in bytes an hour. */
export function slopePerHour(samples: readonly Sample[], field: "heapBytes" | "rssBytes"): number {
  const count = samples.length;
  const meanAt = samples.reduce((sum, { seconds }) => sum + seconds, 0) / count;
  const mean = samples.reduce((sum, sample) => sum + sample[field], 0) / count;
  const [above, below] = samples.reduce(
    ([up, down], sample) => {
      const distance = sample.seconds - meanAt;
      return [up + distance * (sample[field] - mean), down + distance * distance];
    },
    [0, 0],
  );
  return below === 0 ? 0 : (above / below) * 3_600;
}

function valueOf(text: string, name: string): number | undefined {
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}
