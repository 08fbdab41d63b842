import { parseEther } from "ethers";

/** A hardware class as it is added at deployment; ids count from 1 in this order. */
export interface HardwareClass {
  /** CPU 1, GPU 2, FPGA 3, ASIC 4, SOC 5, as `IHardwareCatalog.Kind`. */
  readonly kind: number;
  readonly name: string;
  /** MILL, wei. */
  readonly stakePerUnit: bigint;
  /** Weight of one unit in availability points. */
  readonly weight: number;
  /** Products of a capacity challenge. */
  readonly challengeSize: number;
}

/** The classes that a new deployment begins with; governance adds others. */
export const CLASSES: readonly HardwareClass[] = [
  { kind: 2, name: "GPU 80 GB", stakePerUnit: parseEther("1000"), weight: 100, challengeSize: 4_096 },
  { kind: 2, name: "GPU 24 GB", stakePerUnit: parseEther("400"), weight: 40, challengeSize: 1_024 },
  { kind: 1, name: "CPU 16 cores", stakePerUnit: parseEther("100"), weight: 10, challengeSize: 128 },
];
