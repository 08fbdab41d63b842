import kernels from "../packages/tensor/kernels.json" with { type: "json" };

/** Names of the kernel contracts, which are also their names in programs. */
export const KERNELS: readonly string[] = Object.keys(kernels);
