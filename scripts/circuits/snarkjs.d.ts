/** What this repository uses of snarkjs, which has no types of its own. */
declare module "snarkjs" {
  /** A file by its path, or its bytes. */
  type File = string | Uint8Array;
  type Point = readonly string[];

  interface Groth16Proof {
    readonly pi_a: Point;
    readonly pi_b: readonly Point[];
    readonly pi_c: Point;
  }

  interface Curve {
    terminate(): Promise<void>;
  }

  export const curves: { getCurveFromName(name: "bn128"): Promise<Curve> };

  export const powersOfTau: {
    newAccumulator(curve: Curve, power: number, to: string): Promise<void>;
    beacon(from: string, to: string, name: string, beacon: string, iterations: number): Promise<void>;
    preparePhase2(from: string, to: string): Promise<void>;
  };

  export const zKey: {
    newZKey(r1cs: string, ptau: string, to: string): Promise<void>;
    beacon(from: string, to: string, name: string, beacon: string, iterations: number): Promise<void>;
    exportVerificationKey(zkey: string): Promise<unknown>;
    exportSolidityVerifier(zkey: string, templates: { groth16: string }): Promise<string>;
  };

  export const groth16: {
    fullProve(
      input: Record<string, unknown>,
      wasm: File,
      zkey: File,
    ): Promise<{ proof: Groth16Proof; publicSignals: string[] }>;
    verify(key: unknown, publicSignals: readonly string[], proof: Groth16Proof): Promise<boolean>;
  };
}
