import type { Range } from "@millrace/tensor";
import { expect } from "chai";
import hre from "hardhat";

import { foundCase } from "./foundCases.js";
import { gasOf, searchWorstGas } from "./gasSearch.js";
import { expectedOf, KERNELS } from "./kernelCases.js";
import { COMPUTE_GAS, documentedGas, READ_GAS } from "./documentedGas.js";
import { deployKernels, encodeCompute, encodeFirst, encodeReads, type KernelWorld } from "./kernelFixture.js";
import { allowedGas, knownCases } from "./searchGas.js";
import { WORST_CASES } from "./worstCases.js";

/** Parts of 100 that a documented bound may lie above what is measured. */
const SLACK = 110n;

describe("kernel gas", () => {
  let world: KernelWorld;

  before(async () => {
    world = await deployKernels();
  });

  async function measure(name: string): Promise<{ first: bigint; reads: bigint; compute: bigint; words: number }> {
    const case_ = WORST_CASES[name]!;
    let next = 0;
    const draw = ({ log2 }: Range): bigint[] =>
      Array.from({ length: 2 ** log2 }, () => case_.words[next++] ?? case_.words.at(-1)!);
    const expected = expectedOf(name, case_, draw);
    const gas = async (call: string): Promise<bigint> => {
      const [outcome] = await world.callMany(name, [call]);
      expect(outcome!.success).to.be.true;
      return outcome!.gasUsed;
    };
    return {
      first: await gas(encodeFirst(case_)),
      reads: await gas(encodeReads(case_, expected.firstWords)),
      compute: await gas(encodeCompute(case_, expected.words)),
      words: expected.words.length,
    };
  }

  for (const name of KERNELS)
    it(`of ${name} is within the verifier's limits, and as documented`, async () => {
      const { first, reads, compute, words } = await measure(name);
      expect(first < READ_GAS && reads < READ_GAS, `${first} ${reads}`).to.be.true;
      expect(compute < COMPUTE_GAS, `${compute}`).to.be.true;
      expect(words).to.be.at.most(576);
      const documented = await documentedGas(name);
      const message = `${name}: ${compute} gas measured, ${documented} in docs/kernels.md`;
      expect(compute <= documented, message).to.be.true;
      const found = foundCase(name, "compute")!.gas;
      const dearest = found > compute ? found : compute;
      expect(documented * 100n <= dearest * SLACK, `${name}: ${dearest} gas found, ${documented} documented`).to.be
        .true;
    });

  for (const name of KERNELS)
    it(`of ${name} is nowhere above what it may use, as far as searches have found`, async () => {
      for (const measured of ["first", "reads", "compute"] as const) {
        const found = foundCase(name, measured)!;
        const gas = (await gasOf(world, name, measured, found))!;
        expect(gas <= (await allowedGas(name, measured)), `${measured}: ${gas}`).to.be.true;
        // Calls that became much cheaper are no longer the dearest: run npm run search:gas.
        expect(gas * SLACK >= found.gas * 100n, `${measured}: ${gas}, and ${found.gas} when it was found`).to.be.true;
      }
    });

  if (hre.globalOptions.long)
    for (const name of KERNELS)
      it(`of ${name} is nowhere above what is documented, as far as a new search finds`, async function () {
        const known = knownCases(name, "compute");
        const seed = Date.now() % 1_000_000;
        const { gas } = await searchWorstGas(world, name, { generations: 60, seed, known });
        expect(gas <= (await documentedGas(name)), `${gas}: run npm run search:gas --seed ${seed}`).to.be.true;
      });

  it("multiplies and adds for 17 gas, all included", async () => {
    const { compute } = await measure("MatMul");
    expect(10n * compute < 171n * 8_192n, `${compute}`).to.be.true;
  });

  it("admits every kernel to the registry, none with forbidden code", async () => {
    const { ethers } = await hre.network.create();
    const registry = await ethers.deployContract("KernelRegistry");
    for (const name of KERNELS) {
      const kernel = await ethers.deployContract(name);
      await registry.getFunction("admit")(await kernel.getAddress());
      const hash = ethers.keccak256((await kernel.getDeployedCode())!);
      expect(await registry.getFunction("isAdmitted")(hash), name).to.be.true;
    }
  });
});
