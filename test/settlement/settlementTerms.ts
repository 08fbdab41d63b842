// Terms of the settlement in tests, and permission bits of `Permissions`.

export const WAD = 10n ** 18n;
export const DAY = 86_400;
export const EPOCH_SECONDS = DAY;
export const SLOTS_PER_EPOCH = 240;
export const HALF_LIFE_SECONDS = 1_800;
export const HEARTBEAT_SECONDS = 2 * DAY;
export const DEVIATION_PPM = 20_000;
export const DEAD_PRICE_SECONDS = 7 * DAY;
export const GENESIS_MILL = 10n ** 27n;
export const SCHEDULE_TOTAL = 10n ** 27n;
export const FLOOR_PER_YEAR = 20_000_000n * WAD;
export const SCHEDULE_HALF_LIFE_SECONDS = 4 * 365 * DAY;
export const FEE_PPM = 50_000n;

/** Permission bits of `Permissions`. */
export const MINT = 1n;
export const CREDIT = 2n;
export const BUY_FOR = 1n << 12n;
export const COMPENSATE = 4n;

export const TRADE_TERMS = {
  feePpm: FEE_PPM,
  spreadPpm: 5_000n,
  hourlyCapPpm: 200_000n,
  hourlyCapFloor: 1_000_000n * WAD,
};

export const CLOSE_TERMS = {
  gammaPpm: 500_000n,
  tauPpm: 500_000n,
  kappaPpm: 33_333n,
  bufferPpm: 250_000n,
  availabilityPpm: 800_000n,
  attestorsPpm: 100_000n,
  checksPpm: 0n,
};
