import { inspectionTypes as TYPES } from "@millrace/sdk";
import { expect } from "chai";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type AddressLike, TypedDataEncoder } from "ethers";
import hre from "hardhat";

import { domainOf } from "../support/typedData.js";
import { hardwareFixture } from "./hardwareFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;
const { time } = networkHelpers;

describe("Inspections", () => {
  const deployHardware = hardwareFixture(connection);

  async function deploy() {
    const context = await deployHardware();
    const inspections = await ethers.deployContract("Inspections", [context.registry]);
    await context.addNode(context.alice);
    const domain = await domainOf(connection, "Millrace Inspections", inspections);
    const issuedAt = await time.latest();
    const statement = { nodeId: 1, attributes: 0b101n, issuedAt, expiresAt: issuedAt + 1_000 };
    const bring = async (inspector: HardhatEthersSigner, changes: Partial<typeof statement> = {}) => {
      const signed = { ...statement, ...changes };
      const signature = await inspector.signTypedData(domain, TYPES, signed);
      return inspections.bring(inspector, signed, signature);
    };
    return { ...context, inspections, domain, statement, bring };
  }

  describe("bring", () => {
    it("should keep an inspector's statement and log it, whoever brings it", async () => {
      const { inspections, bring, bob, statement } = await networkHelpers.loadFixture(deploy);
      await expect(bring(bob))
        .to.emit(inspections, "NodeInspected")
        .withArgs(1, bob, 5n, statement.issuedAt, statement.expiresAt);
      expect(await inspections.inspectionOf(1, bob)).to.deep.equal([
        5n,
        BigInt(statement.issuedAt),
        BigInt(statement.expiresAt),
      ]);
    });

    it("should sign what EIP-712 says, of this chain and contract (T-38)", async () => {
      const { inspections, registry, domain, statement, bob } = await networkHelpers.loadFixture(deploy);
      expect(await inspections.statementDigest(statement)).to.equal(TypedDataEncoder.hash(domain, TYPES, statement));
      const other = await ethers.deployContract("Inspections", [registry]);
      const signature = await bob.signTypedData(domain, TYPES, statement);
      await expect(other.bring(bob, statement, signature))
        .to.be.revertedWithCustomError(other, "Inspections_WrongSignature")
        .withArgs(bob);
      const elsewhere = await bob.signTypedData({ ...domain, chainId: 1 }, TYPES, statement);
      await expect(inspections.bring(bob, statement, elsewhere)).to.be.revertedWithCustomError(
        inspections,
        "Inspections_WrongSignature",
      );
    });

    it("should refuse a statement with any field changed, another's, and broken signatures (T-38, X-14)", async () => {
      const { inspections, domain, statement, bob, carol } = await networkHelpers.loadFixture(deploy);
      const signature = await bob.signTypedData(domain, TYPES, statement);
      const bad: [AddressLike, typeof statement, string][] = [
        [bob, { ...statement, attributes: 7n }, signature],
        [bob, { ...statement, issuedAt: statement.issuedAt - 1 }, signature],
        [bob, { ...statement, expiresAt: statement.expiresAt + 1 }, signature],
        [carol, statement, signature],
        [bob, statement, "0x"],
        [ethers.ZeroAddress, statement, `0x${"00".repeat(65)}`],
      ];
      for (const [inspector, changed, signed] of bad) {
        await expect(inspections.bring(inspector, changed, signed)).to.be.revertedWithCustomError(
          inspections,
          "Inspections_WrongSignature",
        );
      }
    });

    it("should refuse nodes that do not exist, the future, and what has expired (T-64)", async () => {
      const { inspections, bring, bob, statement } = await networkHelpers.loadFixture(deploy);
      for (const nodeId of [0, 2]) {
        await expect(bring(bob, { nodeId }))
          .to.be.revertedWithCustomError(inspections, "Inspections_UnknownNode")
          .withArgs(nodeId);
      }
      await expect(bring(bob, { issuedAt: statement.issuedAt + 500 })).to.be.revertedWithCustomError(
        inspections,
        "Inspections_NotYetIssued",
      );
      await time.setNextBlockTimestamp(statement.expiresAt);
      await expect(bring(bob))
        .to.be.revertedWithCustomError(inspections, "Inspections_Expired")
        .withArgs(statement.expiresAt, statement.expiresAt);
    });

    it("should let a newer statement replace an older one, never the other way round (T-38)", async () => {
      const { inspections, bring, bob, statement } = await networkHelpers.loadFixture(deploy);
      await bring(bob);
      await bring(bob, { issuedAt: statement.issuedAt + 1, attributes: 1n });
      for (const issuedAt of [statement.issuedAt, statement.issuedAt + 1]) {
        await expect(bring(bob, { issuedAt }))
          .to.be.revertedWithCustomError(inspections, "Inspections_Superseded")
          .withArgs(1, bob, issuedAt, statement.issuedAt + 1);
      }
      expect(await inspections.isConfirmed(1, 4n, [bob], true)).to.equal(false);
    });

    it("should take the word of a contract (ERC-1271), and none of one that refuses", async () => {
      const { inspections, domain, statement, bob, carol } = await networkHelpers.loadFixture(deploy);
      const wallet = await ethers.deployContract("SmartAccount", [bob]);
      const signature = await bob.signTypedData(domain, TYPES, statement);
      await inspections.bring(wallet, statement, signature);
      expect(await inspections.isConfirmed(1, 5n, [wallet], true)).to.equal(true);
      const foreign = await carol.signTypedData(domain, TYPES, { ...statement, issuedAt: statement.issuedAt + 1 });
      await expect(
        inspections.bring(wallet, { ...statement, issuedAt: statement.issuedAt + 1 }, foreign),
      ).to.be.revertedWithCustomError(inspections, "Inspections_WrongSignature");
    });
  });

  describe("revoke", () => {
    it("should take the word back, for what is there and what was not brought yet (T-38)", async () => {
      const { inspections, bring, bob } = await networkHelpers.loadFixture(deploy);
      await bring(bob);
      await expect(inspections.connect(bob).revoke(1)).to.emit(inspections, "InspectionRevoked").withArgs(1, bob);
      expect(await inspections.isConfirmed(1, 5n, [bob], false)).to.equal(false);
      await expect(bring(bob)).to.be.revertedWithCustomError(inspections, "Inspections_Superseded");
    });

    it("should concern the caller's word alone (T-54)", async () => {
      const { inspections, bring, alice, bob } = await networkHelpers.loadFixture(deploy);
      await bring(bob);
      await inspections.connect(alice).revoke(1);
      expect(await inspections.isConfirmed(1, 5n, [bob], true)).to.equal(true);
    });

    it("should leave room for a new word later", async () => {
      const { inspections, bring, bob } = await networkHelpers.loadFixture(deploy);
      await inspections.connect(bob).revoke(1);
      const revokedAt = await time.latest();
      await time.increase(10);
      await bring(bob, { issuedAt: revokedAt + 1 });
      expect(await inspections.isConfirmed(1, 5n, [bob], true)).to.equal(true);
    });
  });

  describe("isConfirmed", () => {
    it("should ask for all attributes, of any or of all inspectors", async () => {
      const { inspections, bring, bob, carol, stranger } = await networkHelpers.loadFixture(deploy);
      await bring(bob);
      await bring(carol, { attributes: 1n });
      const check = async (attributes: bigint, inspectors: AddressLike[], all: boolean) =>
        inspections.isConfirmed(1, attributes, inspectors, all);
      expect(await check(5n, [carol, bob], false)).to.equal(true);
      expect(await check(5n, [carol, bob], true)).to.equal(false);
      expect(await check(1n, [carol, bob], true)).to.equal(true);
      expect(await check(1n, [bob, carol, stranger], true)).to.equal(false);
      expect(await check(2n, [bob, carol], false)).to.equal(false);
      // No attribute asked for: a statement that counts is still asked for.
      expect(await check(0n, [carol], true)).to.equal(true);
      expect(await check(0n, [stranger], false)).to.equal(false);
    });

    it("should end with the second of expiry", async () => {
      const { inspections, bring, bob, statement } = await networkHelpers.loadFixture(deploy);
      await bring(bob);
      await time.increaseTo(statement.expiresAt - 1);
      expect(await inspections.isConfirmed(1, 5n, [bob], true)).to.equal(true);
      await time.increaseTo(statement.expiresAt);
      expect(await inspections.isConfirmed(1, 5n, [bob], true)).to.equal(false);
    });

    it("should confirm nothing for an empty list, and refuse more than sixteen (I12)", async () => {
      const { inspections, bob } = await networkHelpers.loadFixture(deploy);
      for (const all of [true, false]) expect(await inspections.isConfirmed(1, 0n, [], all)).to.equal(false);
      await inspections.isConfirmed(1, 1n, Array<AddressLike>(16).fill(bob), true);
      await expect(inspections.isConfirmed(1, 1n, Array<AddressLike>(17).fill(bob), true))
        .to.be.revertedWithCustomError(inspections, "Inspections_TooManyInspectors")
        .withArgs(17, 16);
    });
  });

  it("should need its node registry", async () => {
    const factory = await ethers.getContractFactory("Inspections");
    await expect(factory.deploy(ethers.ZeroAddress)).to.be.revertedWithCustomError(factory, "Inspections_ZeroAddress");
  });
});
