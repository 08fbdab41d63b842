import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Result } from "ethers";
import type hre from "hardhat";

import { type DeployedSettlement, deploySettlement } from "./deploySettlement.js";
import { BUY_FOR, COMPENSATE, CREDIT, EPOCH_SECONDS, HALF_LIFE_SECONDS, WAD } from "./settlementTerms.js";

/** Chain of one test file. */
export type Connection = Awaited<ReturnType<typeof hre.network.create>>;

type Signer = HardhatEthersSigner;

export * from "./settlementTerms.js";

/** A struct that a contract returned, as a plain object. */
export function fieldsOf(struct: unknown): Record<string, unknown> {
  if (!(struct instanceof Result)) throw new TypeError("not a struct");
  return { ...(struct.toObject() as Record<string, unknown>) };
}

/** What `settlementFixture` deploys. */
export interface SettlementContext extends DeployedSettlement {
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
}

/** The real token, oracle and settlement, with accounts for the modules above, at 1 USD and a half-life of history. */
export function settlementFixture(
  connection: Connection,
  { areChecksPaid = false } = {},
): () => Promise<SettlementContext> {
  const { ethers, networkHelpers } = connection;
  return async function fixture() {
    const signers = await ethers.getSigners();
    const [governor, treasury, buyer, provider, market, staking, pots, ecosystem, stranger, checkers] = signers;
    const deployed = await deploySettlement(connection, { governor, treasury });
    const { token, settlement } = deployed;
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
      ...deployed,
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
