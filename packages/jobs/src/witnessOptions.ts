import { type Contracts, type Deployment, MillraceError } from "@millrace/sdk";
import { type KernelSet, ownKernels, type Program, type WitnessOptions } from "@millrace/tensor";

type Chain = Pick<Contracts, "kernels">;
type Place = Pick<Deployment, "deployedAtBlock" | "kernels">;

/**
 * What making a witness of a program needs: its kernels' twins, and their contracts by code hash. Those of the deployment
 * stand in its record; those of others are found where they were admitted.
 */
export async function witnessOptions(
  { kernels: registry }: Chain,
  deployment: Place,
  program: Program,
  kernels: KernelSet = ownKernels,
): Promise<WitnessOptions> {
  const addresses = new Map(
    Object.values(deployment.kernels).map(({ address, codeHash }) => [codeHash.toLowerCase(), address]),
  );
  const wanted = new Set(program.operators.map(({ kernelCodeHash }) => kernelCodeHash.toLowerCase()));
  for (const codeHash of wanted) {
    if (addresses.has(codeHash)) continue;
    const [admitted] = await registry.queryFilter(
      registry.filters.KernelAdmitted(codeHash),
      deployment.deployedAtBlock,
    );
    if (admitted !== undefined) addresses.set(codeHash, admitted.args.kernel);
  }
  return {
    kernels,
    kernelAddress: (codeHash, name) => addresses.get(codeHash.toLowerCase()) ?? missing(codeHash, name),
  };
}

function missing(codeHash: string, name: string): never {
  throw new MillraceError("NO_CONTRACT", `No kernel ${name} with the code hash ${codeHash} is admitted here.`, {
    hint: "Deploy the kernel and admit it in KernelRegistry.",
  });
}
