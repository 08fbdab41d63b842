import { permitTypes } from "@millrace/sdk";
import { expect } from "chai";
import hre from "hardhat";

import { domainOf } from "../support/typedData.js";

const { ethers, networkHelpers } = await hre.network.create();

const MINT = 1n;
const GENESIS = 10n ** 27n;

describe("MillToken", () => {
  async function deploy() {
    const [deployer, treasury, settlement, holder, other] = await ethers.getSigners();
    const token = await ethers.deployContract("MillToken", [deployer, treasury, GENESIS]);
    await token.wire(settlement, MINT);
    await token.seal();
    await token.connect(treasury).transfer(holder, 1_000n);
    return { token, deployer, treasury, settlement, holder, other };
  }

  const fixture = () => networkHelpers.loadFixture(deploy);

  describe("constructor", () => {
    it("should mint the genesis once, to its receiver", async () => {
      const { token, treasury } = await fixture();
      expect(await token.totalSupply()).to.equal(GENESIS);
      expect(await token.balanceOf(treasury)).to.equal(GENESIS - 1_000n);
      expect([await token.name(), await token.symbol(), await token.decimals()]).to.deep.equal([
        "Millrace",
        "MILL",
        18n,
      ]);
    });

    it("should refuse to have nobody who wires it", async () => {
      const { token, treasury } = await fixture();
      await expect(
        ethers.deployContract("MillToken", [ethers.ZeroAddress, treasury, 1n]),
      ).to.be.revertedWithCustomError(token, "Wired_ZeroAddress");
    });
  });

  describe("mint", () => {
    it("should create tokens for the settlement", async () => {
      const { token, settlement, other } = await fixture();
      await token.connect(settlement).mint(other, 5n);
      expect(await token.balanceOf(other)).to.equal(5n);
      expect(await token.totalSupply()).to.equal(GENESIS + 5n);
    });

    it("should refuse everybody else, the deployer included", async () => {
      const { token, deployer, holder } = await fixture();
      for (const caller of [deployer, holder]) {
        await expect(token.connect(caller).mint(caller, 1n))
          .to.be.revertedWithCustomError(token, "Wired_Forbidden")
          .withArgs(caller, MINT);
      }
    });
  });

  describe("retire", () => {
    it("should destroy the settlement's own tokens, and others' with their approval", async () => {
      const { token, settlement, holder } = await fixture();
      await token.connect(holder).approve(settlement, 30n);
      await expect(token.connect(settlement).retire(holder, 30n)).to.emit(token, "Retired").withArgs(holder, 30n);
      expect(await token.allowance(holder, settlement)).to.equal(0n);
      await token.connect(holder).transfer(settlement, 20n);
      await token.connect(settlement).retire(settlement, 20n);
      expect(await token.totalSupply()).to.equal(GENESIS - 50n);
      expect(await token.burnedByHolders()).to.equal(0n);
    });

    it("should refuse without approval, beyond it, beyond the balance, and to strangers", async () => {
      const { token, settlement, holder } = await fixture();
      const retire = (mill: bigint) => token.connect(settlement).retire(holder, mill);
      await expect(retire(1n)).to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance");
      await token.connect(holder).approve(settlement, ethers.MaxUint256);
      await expect(retire(1_001n)).to.be.revertedWithCustomError(token, "ERC20InsufficientBalance");
      await expect(token.connect(holder).retire(holder, 1n)).to.be.revertedWithCustomError(token, "Wired_Forbidden");
    });
  });

  describe("burn and burnFrom", () => {
    it("should destroy for good and count it", async () => {
      const { token, holder, other } = await fixture();
      await expect(token.connect(holder).burn(10n)).to.emit(token, "BurnedByHolder").withArgs(holder, 10n);
      await token.connect(holder).approve(other, 5n);
      await token.connect(other).burnFrom(holder, 5n);
      expect(await token.burnedByHolders()).to.equal(15n);
      expect(await token.totalSupply()).to.equal(GENESIS - 15n);
    });

    it("should refuse more than is held or approved, and count nothing", async () => {
      const { token, holder, other } = await fixture();
      await expect(token.connect(holder).burn(1_001n)).to.be.revertedWithCustomError(token, "ERC20InsufficientBalance");
      await expect(token.connect(other).burnFrom(holder, 1n)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
      expect(await token.burnedByHolders()).to.equal(0n);
    });
  });

  describe("transfer and transferFrom", () => {
    it("should move what is asked in full, say so, and ask nobody, T-65, T-16", async () => {
      const { token, holder, other } = await fixture();
      // A receiver with code that cannot take a call: nothing is called back.
      const receiver = await ethers.deployContract("PostedFeed", [holder, 8, "deaf"]);
      for (const to of [other, receiver]) {
        expect(await token.connect(holder).transfer.staticCall(to, 10n)).to.equal(true);
        await expect(token.connect(holder).transfer(to, 10n)).to.changeTokenBalances(
          ethers,
          token,
          [holder, to],
          [-10n, 10n],
        );
      }
      await token.connect(holder).approve(other, 30n);
      expect(await token.connect(other).transferFrom.staticCall(holder, receiver, 30n)).to.equal(true);
      await expect(token.connect(other).transferFrom(holder, receiver, 30n)).to.changeTokenBalances(
        ethers,
        token,
        [holder, receiver],
        [-30n, 30n],
      );
      await expect(token.connect(other).transferFrom(holder, receiver, 1n)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
      expect(await token.totalSupply()).to.equal(GENESIS);
    });
  });

  describe("permit", () => {
    const types = permitTypes;

    async function signed() {
      const { token, holder, other } = await fixture();
      const domain = await domainOf({ ethers }, "Millrace", token);
      const message = {
        owner: holder.address,
        spender: other.address,
        value: 7n,
        nonce: 0n,
        deadline: ethers.MaxUint256,
      };
      const { v, r, s } = ethers.Signature.from(await holder.signTypedData(domain, types, message));
      return { token, holder, other, v, r, s };
    }

    it("should approve by signature, once, T-38", async () => {
      const { token, holder, other, v, r, s } = await signed();
      const permit = () => token.permit(holder, other, 7n, ethers.MaxUint256, v, r, s);
      await permit();
      expect(await token.allowance(holder, other)).to.equal(7n);
      expect(await token.nonces(holder)).to.equal(1n);
      await expect(permit()).to.be.revertedWithCustomError(token, "ERC2612InvalidSigner");
    });

    it("should refuse a signature over other values, T-38", async () => {
      const { token, holder, other, v, r, s } = await signed();
      await expect(token.permit(holder, other, 8n, ethers.MaxUint256, v, r, s)).to.be.revertedWithCustomError(
        token,
        "ERC2612InvalidSigner",
      );
      await expect(token.permit(holder, holder, 7n, ethers.MaxUint256, v, r, s)).to.be.revertedWithCustomError(
        token,
        "ERC2612InvalidSigner",
      );
    });
  });

  describe("votes", () => {
    it("should count by time, follow every transfer, mint and burn, T-42", async () => {
      const { token, settlement, holder, other } = await fixture();
      expect(await token.CLOCK_MODE()).to.equal("mode=timestamp");
      expect(await token.clock()).to.equal(await networkHelpers.time.latest());
      await token.connect(holder).delegate(other);
      expect(await token.getVotes(other)).to.equal(1_000n);
      const before = await networkHelpers.time.latest();
      await token.connect(holder).burn(100n);
      await token.connect(settlement).mint(holder, 20n);
      await token.connect(holder).transfer(settlement, 50n);
      expect(await token.getVotes(other)).to.equal(870n);
      await networkHelpers.mine();
      expect(await token.getPastVotes(other, before)).to.equal(1_000n);
    });
  });

  describe("getPastTotalSupply", () => {
    const DAY = 86_400;

    /** The first second of a day some days ahead. */
    async function morning(days: number): Promise<number> {
      const today = Math.floor((await networkHelpers.time.latest()) / DAY);
      return (today + days) * DAY;
    }

    it("should be the supply at the start of the day, whatever happens in it later", async () => {
      const { token, settlement, holder } = await fixture();
      const mint = async (at: number, mill: bigint) => {
        await networkHelpers.time.setNextBlockTimestamp(at);
        await token.connect(settlement).mint(holder, mill);
      };
      const first = await morning(1);
      await mint(first, 5n);
      await mint(first + DAY - 1, 7n);
      await mint(first + 3 * DAY + 10, 9n);
      await networkHelpers.mine();
      const at = (second: number) => token.getPastTotalSupply(second);
      for (const second of [first, first + 10, first + DAY - 1]) expect(await at(second)).to.equal(GENESIS);
      for (const second of [first + DAY, first + 2 * DAY, first + 3 * DAY, first + 3 * DAY + 10]) {
        expect(await at(second), `${second - first}`).to.equal(GENESIS + 12n);
      }
      await networkHelpers.time.increase(2 * DAY);
      expect(await at(first + 4 * DAY)).to.equal(GENESIS + 21n);
      await token.connect(holder).burn(21n);
      expect(await at(first + 4 * DAY), "burned today").to.equal(GENESIS + 21n);
      expect(await at(first)).to.equal(GENESIS);
    });

    it("should never be nothing once there is a supply, and nothing before, X-17", async () => {
      const { token, holder } = await fixture();
      const now = await networkHelpers.time.latest();
      await token.connect(holder).burn(1n);
      expect(await token.getPastTotalSupply(now)).to.equal(GENESIS - 1n);
      expect(await token.getPastTotalSupply(now - DAY)).to.equal(0n);
    });

    it("should refuse the present and the future", async () => {
      const { token } = await fixture();
      await expect(token.getPastTotalSupply((await networkHelpers.time.latest()) + 1)).to.be.revertedWithCustomError(
        token,
        "ERC5805FutureLookup",
      );
    });
  });
});
