import { deploymentSchema, MillraceError } from "@millrace/sdk";
import { expect } from "chai";
import { type BaseContract, type Interface, keccak256 } from "ethers";
import hre from "hardhat";

import { CLASSES } from "../../ignition/classes.js";
import { KERNELS } from "../../ignition/kernels.js";
import { GOVERNED, GUARDIAN_FUNCTIONS, ROLES } from "../../ignition/roles.js";
import { permissionBits, WIRING } from "../../ignition/wiring.js";
import type { AccessManager, HardwareCatalog, KernelRegistry, MillToken } from "../../typechain-types/index.js";
import type { BurnMintSettlement, IWired } from "../../typechain-types/index.js";
import type { Connection } from "../support/deployMillrace.js";
import { type Deployed, deployByIgnition, emptyValue } from "./deployed.js";
import { restrictedFunctions } from "./restricted.js";

/** Contracts that each contract is made with, in the order of its constructor's address arguments. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  PriceOracle: ["AccessManager"],
  SettlementTerms: ["AccessManager"],
  BurnMintSettlement: ["deployer", "AccessManager", "MillToken", "PriceOracle", "SettlementTerms"],
  StakingRegistry: ["deployer", "AccessManager", "MillToken", "BurnMintSettlement"],
  HardwareCatalog: ["AccessManager", "BurnMintSettlement"],
  NodeRegistry: ["deployer", "AccessManager", "StakingRegistry", "HardwareCatalog", "BurnMintSettlement"],
  Inspections: ["NodeRegistry"],
  NodeTraits: ["NodeRegistry", "Inspections"],
  MaintenanceWindows: ["StakingRegistry", "NodeRegistry"],
  TensorVerifier: ["KernelRegistry"],
  UptimeOracle: ["deployer", "AccessManager", "BurnMintSettlement", "StakingRegistry", "NodeRegistry"],
  UptimeProofs: ["UptimeOracle", "BurnMintSettlement", "NodeRegistry", "HardwareCatalog"],
  UptimeChallenges: ["UptimeOracle", "BurnMintSettlement", "NodeRegistry", "HardwareCatalog", "CapacityProofs"],
  UptimeReceipts: ["UptimeOracle"],
  UptimeRewards: ["MillToken", "BurnMintSettlement", "StakingRegistry", "UptimeOracle", "UptimeChallenges"],
  CapacityProofs: ["BlockBeacon", "NodeRegistry", "HardwareCatalog", "StakingRegistry", "BurnMintSettlement", "MatMul"],
  ResultClaims: ["deployer", "AccessManager", "StakingRegistry", "TensorVerifier"],
  TaskMarket: [
    "AccessManager",
    "MillToken",
    "BurnMintSettlement",
    "StakingRegistry",
    "NodeRegistry",
    "NodeTraits",
    "ResultClaims",
  ],
  CheckSeats: ["deployer", "AccessManager", "StakingRegistry"],
  CheckPot: ["deployer", "MillToken", "BurnMintSettlement"],
  ResultChecks: [
    "AccessManager",
    "BurnMintSettlement",
    "StakingRegistry",
    "CheckSeats",
    "CheckPot",
    "ResultClaims",
    "TaskMarket",
    "BlockBeacon",
    "TensorVerifier",
  ],
  RunChecks: [
    "AccessManager",
    "BurnMintSettlement",
    "StakingRegistry",
    "CheckSeats",
    "CheckPot",
    "RunClaims",
    "MachineMarket",
    "BlockBeacon",
    "Rv32Verifier",
  ],
  RunClaims: ["deployer", "AccessManager", "StakingRegistry", "Rv32Verifier", "NodeRegistry"],
  MachineMarket: [
    "AccessManager",
    "MillToken",
    "BurnMintSettlement",
    "StakingRegistry",
    "NodeRegistry",
    "NodeTraits",
    "RunClaims",
  ],
  ProofMarket: ["AccessManager", "MillToken", "BurnMintSettlement", "StakingRegistry", "NodeRegistry", "NodeTraits"],
  ApprovalMarket: ["AccessManager", "MillToken", "BurnMintSettlement", "StakingRegistry", "NodeRegistry", "NodeTraits"],
  LeaseMarket: [
    "deployer",
    "AccessManager",
    "MillToken",
    "BurnMintSettlement",
    "StakingRegistry",
    "NodeRegistry",
    "MaintenanceWindows",
    "UptimeOracle",
    "UptimeChallenges",
    "UptimeReceipts",
  ],
  VoucherChannels: ["AccessManager", "MillToken", "BurnMintSettlement", "StakingRegistry"],
  LeaseOrders: [
    "AccessManager",
    "MillToken",
    "BurnMintSettlement",
    "StakingRegistry",
    "NodeRegistry",
    "Inspections",
    "LeaseMarket",
  ],
  QuoteDesk: ["AccessManager", "MillToken", "BurnMintSettlement", "StakingRegistry", "NodeRegistry", "LeaseMarket"],
};

const isWired = ({ interface: abi }: BaseContract): boolean => abi.getFunction("permissionsOf") !== null;

describe("Deployment", function () {
  let connection: Connection;
  let deployed: Deployed;
  let authority: AccessManager;
  let interfaces: Record<string, Interface>;

  before(async function () {
    connection = await hre.network.create();
    deployed = await deployByIgnition(connection);
    authority = deployed.contracts["AccessManager"] as AccessManager;
    interfaces = Object.fromEntries(
      Object.entries(deployed.contracts).map(([name, contract]) => [name, contract.interface]),
    );
  });

  describe("record", function () {
    it("passes the schema that every service reads it with, and names who holds what", async function () {
      const [, governor, guardian] = await connection.ethers.getSigners();
      const record = deploymentSchema.parse(JSON.parse(JSON.stringify(deployed.record)));
      expect(record).to.deep.equal(deployed.record);
      expect([record.governor, record.guardian]).to.deep.equal([governor.address, guardian.address]);
      expect(record.chainId).to.equal(31_337);
    });

    it("names classes by the ids that the catalog gave them", async function () {
      const catalog = deployed.contracts["HardwareCatalog"] as HardwareCatalog;
      for (const { name, weight } of CLASSES) {
        const stored = await catalog.classOf(deployed.record.classes[name]);
        expect([stored.name, stored.weight]).to.deep.equal([name, BigInt(weight)]);
      }
    });

    it("holds every kernel, admitted under the code hash that programs name", async function () {
      const registry = deployed.contracts["KernelRegistry"] as KernelRegistry;
      expect(Object.keys(deployed.record.kernels).sort()).to.deep.equal([...KERNELS].sort());
      for (const [name, { address, codeHash }] of Object.entries(deployed.record.kernels)) {
        expect(keccak256(await connection.ethers.provider.getCode(address)), name).to.equal(codeHash);
        expect(await registry.isAdmitted(codeHash), name).to.equal(true);
      }
    });

    it("holds no contract without code", async function () {
      for (const [name, contract] of Object.entries(deployed.contracts)) {
        expect(await contract.getDeployedCode(), name).to.not.equal(null);
      }
    });
  });

  describe("wiring", function () {
    it("is the table of ignition/wiring.ts and nothing else, over all pairs of contracts and holders", async function () {
      const signers = await connection.ethers.getSigners();
      const accounts: [string, string][] = Object.entries(deployed.record.contracts);
      accounts.push(
        ...signers.slice(0, 6).map(({ address }, index): [string, string] => [`account ${index}`, address]),
      );
      const found = [];
      for (const [callee, contract] of Object.entries(deployed.contracts).filter(([, each]) => isWired(each))) {
        for (const [caller, address] of accounts) {
          const permissions = await (contract as unknown as IWired).permissionsOf(address);
          if (permissions !== 0n) found.push(`${callee} <- ${caller}: ${permissions}`);
        }
      }
      const expected = WIRING.map((wire) => `${wire.callee} <- ${wire.caller}: ${permissionBits(wire.permissions)}`);
      expect(found.sort()).to.deep.equal(expected.sort());
    });

    it("was granted to nobody else at any time", async function () {
      for (const contract of Object.values(deployed.contracts).filter(isWired)) {
        const wired = contract as unknown as IWired;
        const granted = await wired.queryFilter(wired.filters.PermissionsGranted());
        expect(granted).to.have.lengthOf(WIRING.filter(({ callee }) => deployed.contracts[callee] === contract).length);
      }
    });

    it("is sealed, so that not even the deployer adds to it", async function () {
      const [deployer] = await connection.ethers.getSigners();
      for (const [name, contract] of Object.entries(deployed.contracts).filter(([, each]) => isWired(each))) {
        const wired = contract.connect(deployer) as unknown as IWired;
        expect(await wired.isSealed(), name).to.equal(true);
        await expect(wired.wire(deployer, 1n)).to.be.revertedWithCustomError(wired, "Wired_AlreadySealed");
        await expect(wired.seal()).to.be.revertedWithCustomError(wired, "Wired_AlreadySealed");
      }
    });

    it("keeps the payees of the settlement", async function () {
      const [deployer, , , , ecosystem] = await connection.ethers.getSigners();
      const settlement = deployed.contracts["BurnMintSettlement"] as BurnMintSettlement;
      const [availability, checks, rest] = await settlement.payees();
      expect([availability, checks, rest]).to.deep.equal([
        deployed.record.contracts.UptimeRewards,
        deployed.record.contracts.CheckPot,
        ecosystem.address,
      ]);
      const again = settlement.connect(deployer).setPayees(deployer, deployer);
      await expect(again).to.be.revertedWithCustomError(settlement, "Wired_AlreadySealed");
      const checksAgain = settlement.connect(deployer).setChecksPayee(deployer);
      await expect(checksAgain).to.be.revertedWithCustomError(settlement, "Wired_AlreadySealed");
    });
  });

  describe("constructors", function () {
    it("were given the contracts of this deployment and no others", async function () {
      const [deployer] = await connection.ethers.getSigners();
      const addresses: Record<string, string> = { ...deployed.record.contracts, deployer: deployer.address };
      for (const [name, below] of Object.entries(BELOW)) {
        const given = addressesOf(deployed.made[name].toArray(true), new Set(Object.values(addresses)));
        expect(given, name).to.deep.equal(below.map((each) => addresses[each]));
      }
    });

    it("cover every contract that is made with another one", function () {
      const all = new Set(Object.values(deployed.record.contracts));
      const made = Object.entries(deployed.made).filter(
        ([, args]) => addressesOf(args.toArray(true), all).length !== 0,
      );
      expect(made.map(([name]) => name).sort()).to.deep.equal(Object.keys(BELOW).sort());
    });

    it("minted the genesis supply to its receiver", async function () {
      const [, , , receiver] = await connection.ethers.getSigners();
      const token = deployed.contracts["MillToken"] as MillToken;
      expect(await token.balanceOf(receiver)).to.equal(await token.totalSupply());
    });
  });

  describe("roles", function () {
    it("X-25: leave the deployer nothing and make the governor the only admin", async function () {
      const [deployer, governor, guardian] = await connection.ethers.getSigners();
      for (const role of Object.values(ROLES)) {
        expect((await authority.hasRole(role, deployer)).isMember, "deployer").to.equal(false);
      }
      expect((await authority.hasRole(ROLES.governor, governor)).isMember, "governor").to.equal(true);
      expect((await authority.hasRole(ROLES.governor, guardian)).isMember, "guardian").to.equal(false);
      expect((await authority.hasRole(ROLES.guardian, guardian)).isMember, "guardian").to.equal(true);

      const members = await authority.queryFilter(authority.filters.RoleGranted());
      const granted = members.map(({ args }) => `${args.roleId} ${args.account}`).sort();
      expect(granted).to.deep.equal([`0 ${deployer.address}`, `0 ${governor.address}`, `1 ${guardian.address}`].sort());
    });

    it("refuse a governor that is the deployer, after whom nobody would govern", async function () {
      const [deployer] = await connection.ethers.getSigners();
      const holder = deployer.address;
      const holders = { governor: holder, guardian: holder, genesisReceiver: holder, ecosystemPayee: holder };
      const refusal = await deployByIgnition(connection, { holders }).catch((error: unknown) => error);
      expect(refusal)
        .to.be.instanceOf(MillraceError)
        .and.to.match(/The governor is the deployer/);
    });

    it("govern exactly the contracts of ignition/roles.ts, through one access manager", async function () {
      const governed = Object.keys(interfaces).filter((name) => interfaces[name].getFunction("authority") !== null);
      expect(governed.sort()).to.deep.equal(GOVERNED.map(({ contract }) => contract).sort());
      for (const name of governed) {
        const read = deployed.contracts[name].getFunction("authority");
        expect(await read(), name).to.equal(await authority.getAddress());
      }
      const pausable = Object.keys(interfaces).filter((name) => interfaces[name].getFunction("pauseEntries") !== null);
      const expected = GOVERNED.filter((each) => each.pausable).map(({ contract }) => contract);
      expect(pausable.sort()).to.deep.equal(expected.sort());
    });

    it("let the guardian pause entries everywhere and do nothing else", async function () {
      const [, , guardian] = await connection.ethers.getSigners();
      for (const { contract, fragment } of restrictedFunctions(interfaces)) {
        const target = deployed.contracts[contract];
        const may = (GUARDIAN_FUNCTIONS as readonly string[]).includes(fragment.name);
        const [allowed] = await authority.canCall(guardian, target, fragment.selector);
        expect(allowed, `${contract}.${fragment.name}`).to.equal(may);
        if (!may) continue;
        await target.connect(guardian).getFunction(fragment)(3_600);
        expect(await target.getFunction("entriesPausedUntil")(), contract).to.be.greaterThan(0n);
        await target.connect(guardian).getFunction(fragment)(0);
      }
    });

    it("let the governor at once, and nobody without a role, call every restricted function", async function () {
      const [deployer, governor, , , , stranger] = await connection.ethers.getSigners();
      const functions = restrictedFunctions(interfaces);
      expect(functions).to.have.lengthOf.greaterThan(15);
      for (const { contract, fragment } of functions) {
        const target = deployed.contracts[contract];
        const name = `${contract}.${fragment.name}`;
        for (const caller of [deployer, stranger]) {
          const call = target.connect(caller).getFunction(fragment);
          const sent = call.staticCall(...fragment.inputs.map(emptyValue));
          await expect(sent, name)
            .to.be.revertedWithCustomError(target, "AccessManagedUnauthorized")
            .withArgs(caller.address);
        }
        const guarded = (GUARDIAN_FUNCTIONS as readonly string[]).includes(fragment.name);
        const [allowed] = await authority.canCall(governor, target, fragment.selector);
        expect(allowed, name).to.equal(!guarded);
      }
    });
  });
});

/** All of some known addresses within nested arguments, in order. */
function addressesOf(values: readonly unknown[], known: ReadonlySet<string>): string[] {
  return values.flatMap((value) => {
    if (Array.isArray(value)) return addressesOf(value, known);
    return typeof value === "string" && known.has(value) ? [value] : [];
  });
}
