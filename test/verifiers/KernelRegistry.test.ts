import { expect } from "chai";
import { concat, dataLength, keccak256, toBeHex, Wallet } from "ethers";
import hre from "hardhat";

import type { KernelRegistry } from "../../typechain-types/index.js";

const { ethers, networkHelpers } = await hre.network.create();

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Written out from the interface's words, not from the contract's bit mask. */
const ALLOWED = new Set([
  0x00, // STOP
  ...range(0x01, 0x0b), // ADD to SIGNEXTEND
  ...range(0x10, 0x1e), // LT to CLZ
  0x20, // KECCAK256
  0x34, // CALLVALUE
  ...range(0x35, 0x39), // CALLDATALOAD to CODECOPY
  ...range(0x50, 0x53), // POP to MSTORE8
  0x56, // JUMP
  0x57, // JUMPI
  0x5b, // JUMPDEST
  0x5e, // MCOPY
  ...range(0x5f, 0x9f), // PUSH0 to SWAP16
  0xf3, // RETURN
  0xfd, // REVERT
  0xfe, // INVALID
]);

const MAX_CODE_BYTES = 24_576;

describe("KernelRegistry", () => {
  async function deploy() {
    const registry = await ethers.deployContract("KernelRegistry");
    return { registry };
  }

  let nextAddress = 0x1000_0000;

  /** An account with this code. */
  async function account(code: string): Promise<string> {
    const address = toBeHex(nextAddress++, 20);
    await networkHelpers.setCode(address, code);
    return address;
  }

  /** A program of one opcode, with all the data it wants. */
  const codeOf = (opcode: number): string => {
    const pushed = opcode >= 0x60 && opcode <= 0x7f ? opcode - 0x5f : 0;
    return concat(["0x5b", toBeHex(opcode, 1), "0x" + "ff".repeat(pushed), "0x00"]);
  };

  async function admit(registry: KernelRegistry, code: string) {
    return registry.admit(await account(code));
  }

  describe("admit", () => {
    it("should admit code and remember its hash", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      const code = "0x60016002015f5260205ff3";
      const kernel = await account(code);
      expect(await registry.isAdmitted(keccak256(code))).to.be.false;
      await expect(registry.admit(kernel))
        .to.emit(registry, "KernelAdmitted")
        .withArgs(keccak256(code), ethers.getAddress(kernel), dataLength(code));
      expect(await registry.isAdmitted(keccak256(code))).to.be.true;
    });

    it("should do nothing for code it knows", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      await admit(registry, "0x5f5ff3");
      await expect(admit(registry, "0x5f5ff3")).not.to.emit(registry, "KernelAdmitted");
      expect(await registry.admit.staticCall(await account("0x5f5ff3"))).to.equal(keccak256("0x5f5ff3"));
    });

    it("should admit each opcode of the allow-list and refuse each other one", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      for (const opcode of range(0x00, 0xff)) {
        const admission = admit(registry, codeOf(opcode));
        if (ALLOWED.has(opcode)) await expect(admission).to.emit(registry, "KernelAdmitted");
        else {
          await expect(admission)
            .to.be.revertedWithCustomError(registry, "KernelRegistry_ForbiddenOpcode")
            .withArgs(1, opcode);
        }
      }
    });

    it("should not take the data of a push for code, nor code for data", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      // PUSH2 holds SLOAD and CALL.
      await expect(admit(registry, "0x6154f100")).to.emit(registry, "KernelAdmitted");
      // PUSH1 holds PUSH2; what follows runs.
      await expect(admit(registry, "0x60615400"))
        .to.be.revertedWithCustomError(registry, "KernelRegistry_ForbiddenOpcode")
        .withArgs(2, 0x54);
      // After a jump, code that looks unreachable is still refused.
      await expect(admit(registry, "0x5f56ff")).to.be.revertedWithCustomError(
        registry,
        "KernelRegistry_ForbiddenOpcode",
      );
    });

    it("should refuse code that ends in a push", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      await expect(admit(registry, "0x5b7f00"))
        .to.be.revertedWithCustomError(registry, "KernelRegistry_TruncatedPush")
        .withArgs(3);
    });

    it("should refuse accounts without code", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      const [funded] = await ethers.getSigners();
      for (const nobody of [funded!.address, Wallet.createRandom().address, ethers.ZeroAddress]) {
        await expect(registry.admit(nobody)).to.be.revertedWithCustomError(registry, "KernelRegistry_NoCode");
      }
    });

    it("should refuse an account that delegates to a kernel", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      const kernel = await account("0x5f5ff3");
      await registry.admit(kernel);
      const [, delegator] = await ethers.getSigners();
      const signer = Wallet.createRandom(ethers.provider);
      const authorization = await signer.authorize({ address: kernel, nonce: 0, chainId: 31_337 });
      await delegator!.sendTransaction({ type: 4, to: ethers.ZeroAddress, authorizationList: [authorization] });
      expect(await ethers.provider.getCode(signer.address)).to.equal(concat(["0xef0100", kernel]));
      await expect(registry.admit(signer.address))
        .to.be.revertedWithCustomError(registry, "KernelRegistry_DelegatedCode")
        .withArgs(signer.address);
    });

    it("should refuse a compiler's metadata trailer", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      const { deployedBytecode } = await hre.artifacts.readArtifact("AddKernel");
      await expect(admit(registry, deployedBytecode)).to.emit(registry, "KernelAdmitted");
      const metadata = "0xa2646970667358221220" + "5b".repeat(32) + "64736f6c63430008250033";
      await expect(admit(registry, concat([deployedBytecode, "0xfe", metadata])))
        .to.be.revertedWithCustomError(registry, "KernelRegistry_ForbiddenOpcode")
        .withArgs(dataLength(deployedBytecode) + 1, 0xa2);
    });

    it("should scan code of the largest size for less than 3 M gas", async () => {
      const { registry } = await networkHelpers.loadFixture(deploy);
      for (const code of ["5b".repeat(MAX_CODE_BYTES), "60ff".repeat(MAX_CODE_BYTES / 2)]) {
        const transaction = await admit(registry, "0x" + code);
        expect((await transaction.wait())!.gasUsed).to.be.lessThan(3_000_000n);
      }
    });
  });
});
