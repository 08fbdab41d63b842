/** Makes the example circuit's verifier and prover's files: see circuits/README.md. */

import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { keccak256 } from "ethers";
import { execa } from "execa";
import * as snarkjs from "snarkjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Powers of tau: the circuit has fewer than 2^10 constraints. */
const POWER = 10;
/** Stands in for people's randomness. Known to all, hence an example. */
const BEACON = "6d696c6c7261636520646f742070726f64756374206578616d706c65206b6579";
const BEACON_ITERATIONS = 10;

const folder = await mkdtemp(join(tmpdir(), "millrace-circuit-"));
const at = (name: string): string => join(folder, name);
try {
  await execa(
    "circom2",
    ["circuits/dotProduct.circom", "--r1cs", "--wasm", "--O2", "-l", "node_modules", "-o", "circuits"],
    {
      cwd: ROOT,
      preferLocal: true,
    },
  );
  const compiled = (name: string): string => join(ROOT, "circuits", name);
  await copyFile(compiled("dotProduct.r1cs"), at("r1cs"));
  const prover = await readFile(compiled("dotProduct_js/dotProduct.wasm"));
  await writeFile(join(ROOT, "test/fixtures/dotProduct.wasm.gz"), gzipSync(prover, { level: 9 }));
  await rm(compiled("dotProduct.r1cs"));
  await rm(compiled("dotProduct_js"), { recursive: true });

  const curve = await snarkjs.curves.getCurveFromName("bn128");
  await snarkjs.powersOfTau.newAccumulator(curve, POWER, at("0.ptau"));
  await snarkjs.powersOfTau.beacon(at("0.ptau"), at("1.ptau"), "example", BEACON, BEACON_ITERATIONS);
  await snarkjs.powersOfTau.preparePhase2(at("1.ptau"), at("2.ptau"));
  await snarkjs.zKey.newZKey(at("r1cs"), at("2.ptau"), at("0.zkey"));
  const zkey = join(ROOT, "test/fixtures/dotProduct.zkey");
  await snarkjs.zKey.beacon(at("0.zkey"), zkey, "example", BEACON, BEACON_ITERATIONS);

  const key = await snarkjs.zKey.exportVerificationKey(zkey);
  await writeFile(join(ROOT, "test/fixtures/dotProduct.vkey.json"), `${JSON.stringify(key, null, 2)}\n`);
  const template = await readFile(join(ROOT, "scripts/circuits/Groth16Verifier.sol.ejs"), "utf8");
  const named = template
    .replaceAll("{{name}}", "DotProduct")
    .replaceAll("{{programHash}}", keccak256(await readFile(at("r1cs"))));
  const verifier = join(ROOT, "contracts/test/proofs/DotProductVerifier.sol");
  await writeFile(verifier, await snarkjs.zKey.exportSolidityVerifier(zkey, { groth16: named }));
  await execa("prettier", ["--write", verifier], { cwd: ROOT, preferLocal: true });
  await curve.terminate();
} finally {
  await rm(folder, { recursive: true });
}
