/** A local chain's periods of leases, for slots of any length: `LeaseMarket` takes no notice that is shorter than one. */
export function leasePeriods(
  local: Readonly<Record<string, number>>,
  clock: { readonly epochSeconds: number; readonly slotsPerEpoch: number },
): Readonly<Record<string, number>> {
  const slotSeconds = Math.ceil(clock.epochSeconds / clock.slotsPerEpoch);
  return { ...local, noticeSeconds: Math.max(local["noticeSeconds"] ?? 0, slotSeconds) };
}
