import { type Deployment, MillraceError } from "@millrace/sdk";

/** Finds a kernel contract by its code hash among those of a deployment. */
export function kernelAddresses({ kernels }: Pick<Deployment, "kernels">): (codeHash: string, name: string) => string {
  const byHash = new Map(Object.values(kernels).map(({ address, codeHash }) => [codeHash.toLowerCase(), address]));
  return (codeHash, name) => {
    const address = byHash.get(codeHash.toLowerCase());
    if (address === undefined) {
      throw new MillraceError("NO_CONTRACT", `No kernel ${name} with the code hash ${codeHash} is deployed here.`, {
        hint: "Deploy the kernel, admit it in KernelRegistry and add it to the deployment record.",
      });
    }
    return address;
  };
}
