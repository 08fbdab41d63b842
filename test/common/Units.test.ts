import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import type { UnitsHarness } from "../../typechain-types/index.js";

const { ethers } = await hre.network.create();

const WAD = 10n ** 18n;
const MAX_PPM = 1_000_000n;
const MAX_UINT256 = 2n ** 256n - 1n;

const uint256 = fc.bigInt({ min: 0n, max: MAX_UINT256 });
const uint128 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
const uint32 = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n });

const divDown = (x: bigint, y: bigint): bigint => x / y;
const divUp = (x: bigint, y: bigint): bigint => (x + y - 1n) / y;

describe("Units", () => {
  let units: UnitsHarness;

  before(async () => {
    units = await ethers.deployContract("UnitsHarness");
  });

  it("should name one in both units", async () => {
    expect(await units.wad()).to.equal(WAD);
    expect(await units.maxPpm()).to.equal(MAX_PPM);
  });

  describe("mulPpm", () => {
    it("should round the part down or up, as named", async () => {
      expect(await units.mulPpmDown(1n, 999_999n)).to.equal(0n);
      expect(await units.mulPpmUp(1n, 1n)).to.equal(1n);
      expect(await units.mulPpmUp(0n, MAX_PPM)).to.equal(0n);
    });

    it("should equal exact arithmetic for any amount and part", async () => {
      await fc.assert(
        fc.asyncProperty(uint128, uint32, async (amount, ppm) => {
          expect(await units.mulPpmDown(amount, ppm)).to.equal(divDown(amount * ppm, MAX_PPM));
          expect(await units.mulPpmUp(amount, ppm)).to.equal(divUp(amount * ppm, MAX_PPM));
        }),
      );
    });

    it("should split any amount into a part and a rest that lose nothing", async () => {
      await fc.assert(
        fc.asyncProperty(uint256, fc.bigInt({ min: 0n, max: MAX_PPM }), async (amount, ppm) => {
          const part = await units.mulPpmDown(amount, ppm);
          const rest = await units.mulPpmUp(amount, MAX_PPM - ppm);
          expect(part + rest).to.equal(amount);
        }),
      );
    });
  });

  describe("wadMul and wadDiv", () => {
    it("should equal exact arithmetic for any factors", async () => {
      await fc.assert(
        fc.asyncProperty(uint128, uint128, async (x, y) => {
          expect(await units.wadMulDown(x, y)).to.equal(divDown(x * y, WAD));
          expect(await units.wadMulUp(x, y)).to.equal(divUp(x * y, WAD));
        }),
      );
    });

    it("should equal exact arithmetic for any dividend and divisor", async () => {
      await fc.assert(
        fc.asyncProperty(
          uint128,
          uint128.filter((y) => y > 0n),
          async (x, y) => {
            expect(await units.wadDivDown(x, y)).to.equal(divDown(x * WAD, y));
            expect(await units.wadDivUp(x, y)).to.equal(divUp(x * WAD, y));
          },
        ),
      );
    });

    it("should revert on a division by zero", async () => {
      await expect(units.wadDivDown(1n, 0n)).to.be.revertedWithPanic(0x12n);
    });
  });

  describe("mulDiv", () => {
    it("should take the product at 512 bits", async () => {
      expect(await units.mulDivDown(MAX_UINT256, MAX_UINT256, MAX_UINT256)).to.equal(MAX_UINT256);
      expect(await units.mulDivUp(MAX_UINT256, 2n, 3n)).to.equal(divUp(MAX_UINT256 * 2n, 3n));
    });

    it("X-42: should revert when the result does not fit", async () => {
      await expect(units.mulDivDown(MAX_UINT256, 2n, 1n)).to.be.revertedWithPanic(0x11n);
    });
  });
});
