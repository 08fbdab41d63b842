import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import type { Base, Contracts } from "./Layer.js";

/** The token, its prices, and the settlement of credits. */
export type Money = Contracts<"MillToken" | "PriceOracle" | "SettlementTerms" | "BurnMintSettlement">;

export function money(m: IgnitionModuleBuilder, { deployer, authority }: Base): Money {
  const MillToken = m.contract("MillToken", [
    deployer,
    m.getParameter("genesisReceiver"),
    m.getParameter("genesisMill"),
  ]);
  const PriceOracle = m.contract("PriceOracle", [
    authority,
    m.getParameter("emaHalfLifeSeconds"),
    m.getParameter("priceSources"),
    m.getParameter("deviationPpm"),
    m.getParameter("sequencerFeed"),
    m.getParameter("sequencerGraceSeconds"),
  ]);
  const clock = m.getParameter("clock");
  const SettlementTerms = m.contract("SettlementTerms", [
    authority,
    clock,
    m.getParameter("tradeTerms"),
    m.getParameter("closeTerms"),
  ]);
  const BurnMintSettlement = m.contract("BurnMintSettlement", [
    {
      deployer,
      authority,
      token: MillToken,
      oracle: PriceOracle,
      terms: SettlementTerms,
      clock,
      scheduleTotal: m.getParameter("scheduleTotal"),
      scheduleHalfLifeSeconds: m.getParameter("scheduleHalfLifeSeconds"),
      floorPerYear: m.getParameter("floorPerYear"),
      deadPriceSeconds: m.getParameter("deadPriceSeconds"),
      genesisPriceWad: m.getParameter("genesisPriceWad"),
    },
  ]);
  return { MillToken, PriceOracle, SettlementTerms, BurnMintSettlement };
}
