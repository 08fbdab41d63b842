/** Does some work; gives its result and the CPU seconds that it took, which do not depend on what else runs. */
export async function seconds<T>(work: () => Promise<T> | T): Promise<[T, number]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [result, Math.round((user + system) / 10_000) / 100];
}
