import type { Connection } from "../../test/support/deployMillrace.js";

export interface DeployedKernel {
  readonly codeHash: string;
  readonly address: string;
}

export async function deployKernel({ ethers }: Connection, name: string): Promise<DeployedKernel> {
  const address = await (await ethers.deployContract(name)).getAddress();
  return { address, codeHash: ethers.keccak256(await ethers.provider.getCode(address)) };
}
