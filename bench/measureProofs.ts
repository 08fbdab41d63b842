import { ProofDriver, proveScore, stopProver } from "../test/market/proofDriver.js";
import type { Connection } from "../test/support/deployMillrace.js";
import type { BenchWorld } from "./benchWorld.js";
import type { Meter } from "./Meter.js";

/** Tasks whose result is proven: a real Groth16 proof of the published circuit, verified on chain and paid. */
export async function measureProofs(connection: Connection, world: BenchWorld, meter: Meter): Promise<void> {
  const { proofs, newcomers } = world;
  const verifier = await connection.ethers.deployContract("DotProductVerifier");
  const driver = new ProofDriver(connection, world, verifier);
  const program = await driver.program();
  const { inputRoot, outputRoot, proof } = await proveScore([3n, 1n, 4n], 159n);
  await stopProver();
  for (const [index, provider] of newcomers.entries()) {
    const nodeId = world.nodesBefore + BigInt(index) + 1n;
    const { taskId, order } = await meter.measure("open-proof-task", () => driver.open(inputRoot, program));
    await meter.measure("accept-proof-task", () => proofs.connect(provider).accept(taskId, order, nodeId, true));
    await meter.measure("submit-proof", () =>
      proofs.connect(provider).submit(taskId, order, program, outputRoot, proof),
    );
  }
}
