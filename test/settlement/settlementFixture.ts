import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Result } from "ethers";
import type hre from "hardhat";

import type {
  AccessManager,
  BurnMintSettlement,
  MillToken,
  PostedFeed,
  PriceOracle,
  SettlementTerms,
} from "../../typechain-types/index.js";

/** Chain of one test file. */
export type Connection = Awaited<ReturnType<typeof hre.network.create>>;

type Signer = HardhatEthersSigner;

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

/** A struct that a contract returned, as a plain object. */
export function fieldsOf(struct: unknown): Record<string, unknown> {
  if (!(struct instanceof Result)) throw new TypeError("not a struct");
  return { ...(struct.toObject() as Record<string, unknown>) };
}

/** What `settlementFixture` deploys. */
export interface SettlementContext {
  readonly governor: Signer;
  readonly treasury: Signer;
  readonly buyer: Signer;
  readonly provider: Signer;
  /** Module that may lock, refund and pay. */
  readonly market: Signer;
  /** Module that may hand over slashed MILL. */
  readonly staking: Signer;
  readonly pots: Signer;
  readonly ecosystem: Signer;
  readonly stranger: Signer;
  /** Paid out of the checks' pot, if `areChecksPaid`. */
  readonly checkers: Signer;
  readonly authority: AccessManager;
  readonly token: MillToken;
  readonly feeds: PostedFeed[];
  readonly oracle: PriceOracle;
  readonly terms: SettlementTerms;
  readonly settlement: BurnMintSettlement;
  readonly genesisAt: number;
}

/** The real token, oracle and settlement, with accounts for the modules above, at 1 USD and a half-life of history. */
export function settlementFixture(
  { ethers, networkHelpers }: Connection,
  { areChecksPaid = false } = {},
): () => Promise<SettlementContext> {
  return async function deploySettlement() {
    const signers = await ethers.getSigners();
    const [governor, treasury, buyer, provider, market, staking, pots, ecosystem, stranger, checkers] = signers;
    const authority = await ethers.deployContract("AccessManager", [governor]);
    const token = await ethers.deployContract("MillToken", [governor, treasury, GENESIS_MILL]);
    const feeds = [
      await ethers.deployContract("PostedFeed", [governor, 8, "MILL / USD"]),
      await ethers.deployContract("PostedFeed", [governor, 18, "MILL / USD"]),
    ];
    const sources = feeds.map((feed) => ({ feed, heartbeatSeconds: HEARTBEAT_SECONDS }));
    const oracle = await ethers.deployContract("PriceOracle", [
      authority,
      HALF_LIFE_SECONDS,
      sources,
      DEVIATION_PPM,
      ethers.ZeroAddress,
      0,
    ]);
    const genesisAt = await networkHelpers.time.latest();
    const clock = { genesisAt, epochSeconds: EPOCH_SECONDS, slotsPerEpoch: SLOTS_PER_EPOCH };
    const terms = await ethers.deployContract("SettlementTerms", [authority, clock, TRADE_TERMS, CLOSE_TERMS]);
    const settlement = await ethers.deployContract("BurnMintSettlement", [
      {
        deployer: governor,
        authority,
        token,
        oracle,
        terms,
        clock,
        scheduleTotal: SCHEDULE_TOTAL,
        scheduleHalfLifeSeconds: SCHEDULE_HALF_LIFE_SECONDS,
        floorPerYear: FLOOR_PER_YEAR,
        deadPriceSeconds: DEAD_PRICE_SECONDS,
        genesisPriceWad: WAD,
      },
    ]);
    await token.wire(settlement, MINT);
    await token.seal();
    await settlement.wire(market, CREDIT | BUY_FOR);
    await settlement.wire(staking, COMPENSATE);
    await settlement.setPayees(pots, ecosystem);
    if (areChecksPaid) await settlement.setChecksPayee(checkers);
    await settlement.seal();

    const context: SettlementContext = {
      governor,
      treasury,
      buyer,
      provider,
      market,
      staking,
      pots,
      ecosystem,
      stranger,
      checkers,
      authority,
      token,
      feeds,
      oracle,
      terms,
      settlement,
      genesisAt,
    };
    await setPrice(context, WAD);
    await networkHelpers.time.increase(HALF_LIFE_SECONDS);
    for (const holder of [buyer, provider, stranger]) {
      await token.connect(treasury).transfer(holder, 10_000_000n * WAD);
      await token.connect(holder).approve(settlement, ethers.MaxUint256);
    }
    return context;
  };
}

/** Posts a price of whole 1e-8 USD on both feeds and observes it. */
export async function setPrice({ feeds, oracle }: SettlementContext, priceWad: bigint): Promise<void> {
  await feeds[0].post(priceWad / 10n ** 10n);
  await feeds[1].post(priceWad);
  await oracle.observe();
}

/** Last second of an epoch's close price: the first second after the epoch. */
export function endOf({ genesisAt }: SettlementContext, epoch: number): number {
  return genesisAt + (epoch + 1) * EPOCH_SECONDS;
}

/** Waits for an epoch's end and closes it with the rounds that held there. */
export async function closeEpoch(
  { networkHelpers }: Connection,
  context: SettlementContext,
  epoch: number,
): Promise<void> {
  const { oracle, settlement } = context;
  const endAt = endOf(context, epoch);
  if ((await networkHelpers.time.latest()) <= endAt) await networkHelpers.time.increaseTo(endAt + 1);
  await settlement.closeEpoch(epoch, [...(await oracle.roundsAt(endAt))]);
}

/** Both sides of the supply identity (5). */
export async function supplyIdentity({
  token,
  settlement,
}: SettlementContext): Promise<{ left: bigint; right: bigint }> {
  const left =
    (await token.totalSupply()) +
    (await settlement.bank()) +
    (await settlement.owed()) +
    (await settlement.burnedForGood());
  const right = (await settlement.genesisSupply()) + (await settlement.emitted());
  return { left, right };
}
