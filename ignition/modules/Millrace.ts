import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { CallableContractFuture, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";
import { id } from "ethers";

import { CLASSES } from "../classes.js";
import { checks } from "../layers/checks.js";
import { claims } from "../layers/claims.js";
import type { Base, Contracts } from "../layers/Layer.js";
import { markets } from "../layers/markets.js";
import { members } from "../layers/members.js";
import { money } from "../layers/money.js";
import { randomness } from "../layers/randomness.js";
import { uptime } from "../layers/uptime.js";
import { verifiers } from "../layers/verifiers.js";
import { GOVERNED, GUARDIAN_FUNCTIONS, ROLES } from "../roles.js";
import { permissionBits, WIRING } from "../wiring.js";

type Call = ReturnType<IgnitionModuleBuilder["call"]>;

/** Who hands over what to whom. */
interface Handover extends Base {
  readonly modules: Contracts<string>;
  /** After this the governor is known to be somebody else. */
  readonly compared: Call;
}

/**
 * The whole protocol, lowest level first, wired and sealed. At its end the deployer holds nothing.
 * Parameters: see `ignition/parameters/`.
 */
export default buildModule("Millrace", (m) => {
  const base = { deployer: m.getAccount(0), authority: m.contract("AccessManager", [m.getAccount(0)]) };
  const compared = compareGovernor(m, base.authority);

  const decided = { ...verifiers(m), ...randomness(m) };
  const traded = money(m, base);
  const joined = { ...traded, ...members(m, { ...base, ...traded }) };
  const measured = { ...joined, ...uptime(m, { ...base, ...joined, ...decided }) };
  const claimed = { ...measured, ...claims(m, { ...base, ...measured, ...decided }) };
  const sold = { ...claimed, ...markets(m, { ...base, ...claimed }) };
  const all = { ...sold, ...decided, ...checks(m, { ...base, ...sold, ...decided }) };

  const payees = m.call(all.BurnMintSettlement, "setPayees", [all.UptimeRewards, m.getParameter("ecosystemPayee")]);
  const checksPayee = m.call(all.BurnMintSettlement, "setChecksPayee", [all.CheckPot]);
  const sealed = wireAndSeal(m, all, [compared, payees, checksPayee]);
  const classes = CLASSES.map(({ kind, name, stakePerUnit, weight, challengeSize }, index) =>
    m.call(all.HardwareCatalog, "addClass", [kind, name, stakePerUnit, weight, challengeSize], {
      id: `addClass${index + 1}`,
      after: [compared],
    }),
  );
  handOver(m, { ...base, modules: all, compared }, [...sealed, ...classes]);

  return { AccessManager: base.authority, ...all };
});

/**
 * Stops here if the governor is the deployer, which gives its role away in the end: nobody would govern, for ever. Ignition
 * cannot compare accounts, so the chain does: the deployer that takes the role from itself may not name the guardian's.
 */
function compareGovernor(m: IgnitionModuleBuilder, authority: CallableContractFuture<string>): Call {
  const taken = m.call(authority, "revokeRole", [ROLES.governor, m.getParameter("governor")], { id: "freeOfGovernor" });
  return m.call(authority, "labelRole", [ROLES.guardian, "guardian"], {
    id: "governorIsNotTheDeployer",
    after: [taken],
  });
}

/** Fills the maps of the callees from the one table of the wiring, then makes them final. */
function wireAndSeal(m: IgnitionModuleBuilder, modules: Contracts<string>, before: Call[]) {
  const callees = [...new Set(WIRING.map(({ callee }) => callee))];
  return callees.map((callee) => {
    const contract = member(modules, callee);
    const wires = WIRING.filter((wire) => wire.callee === callee).map(({ caller, permissions }) =>
      m.call(contract, "wire", [member(modules, caller), permissionBits(permissions)], {
        id: `wire${callee}${caller}`,
      }),
    );
    return m.call(contract, "seal", [], { id: `seal${callee}`, after: [...wires, ...before] });
  });
}

/** Gives the guardian its one function, the governor everything else, and takes the deployer's role away. */
function handOver(m: IgnitionModuleBuilder, { authority, modules, deployer, compared }: Handover, after: Call[]): void {
  const selectors = GUARDIAN_FUNCTIONS.map((name) => id(`${name}(uint32)`).slice(0, 10));
  const pausable = GOVERNED.filter((governed) => governed.pausable).map(({ contract }) =>
    m.call(authority, "setTargetFunctionRole", [member(modules, contract), selectors, ROLES.guardian], {
      id: `guard${contract}`,
      after: [compared],
    }),
  );
  const guardian = m.call(authority, "grantRole", [ROLES.guardian, m.getParameter("guardian"), 0], {
    id: "grantGuardian",
    after: [compared],
  });
  const governor = m.call(authority, "grantRole", [ROLES.governor, m.getParameter("governor"), 0], {
    id: "grantGovernor",
    after: [...after, ...pausable, guardian],
  });
  m.call(authority, "renounceRole", [ROLES.governor, deployer], { id: "renounceDeployer", after: [governor] });
}

function member(modules: Contracts<string>, name: string): CallableContractFuture<string> {
  const contract = modules[name];
  if (contract === undefined) throw new Error(`the wiring names ${name}, which is not deployed`);
  return contract;
}
