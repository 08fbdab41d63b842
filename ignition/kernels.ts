import kernels from "../packages/tensor/kernels.json" with { type: "json" };

/** Name of a kernel contract, which is also its name in programs. */
export type KernelName = keyof typeof kernels;

export const KERNELS = Object.keys(kernels) as readonly KernelName[];
