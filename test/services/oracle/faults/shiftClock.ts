/**
 * Makes the wall clock of a process wrong, by as many seconds as its own URL says: `--import shiftClock.ts?seconds=300`.
 * The monotonic clock stays, as on a machine whose time was set wrongly. Every file below `test/` is loaded once without.
 */
const shiftMs = 1_000 * Number(new URL(import.meta.url).searchParams.get("seconds") ?? 0);
if (shiftMs !== 0) {
  const RightDate = Date;
  const now = (): number => RightDate.now() + shiftMs;
  globalThis.Date = new Proxy(RightDate, {
    construct: (target, args: readonly unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, name, receiver) => (name === "now" ? now : (Reflect.get(target, name, receiver) as unknown)),
  });
}
