import type { KnownKernel } from "@millrace/tensor";

import { hammingDistance } from "./hammingDistance.ts";

/** What the author publishes: the twin, and the hash of the contract's code, which its test compares with the compiled. */
const kernels: readonly KnownKernel[] = [
  {
    kernel: hammingDistance,
    codeHash: "0x15a0cc604a24df1f02f81cc3c64ec45cdbe0ab4d6209986f6fd40cafe63d0a98",
  },
];

export default kernels;
