import { TensorError } from "../errors.ts";
import type { Hex } from "../words.ts";
import type { Kernel } from "./Kernel.ts";

/** A twin, and the hash of its contract's deployed code: what programs name it by. */
export interface KnownKernel {
  readonly kernel: Kernel;
  readonly codeHash: Hex;
}

/** The kernels that somebody can compute: those of this package, and any that others have written. */
export class KernelSet {
  readonly #kernels: readonly KnownKernel[];

  constructor(kernels: readonly KnownKernel[]) {
    for (const { kernel, codeHash } of kernels)
      if (
        kernels.some(
          (other) => other.kernel !== kernel && (other.kernel.name === kernel.name || other.codeHash === codeHash),
        )
      )
        throw new TensorError("UNKNOWN_KERNEL", `two kernels called ${kernel.name}, or with its hash`, "rename one");
    this.#kernels = kernels;
  }

  get names(): string[] {
    return this.#kernels.map(({ kernel }) => kernel.name);
  }

  /** These kernels and others besides. */
  with(...others: readonly KnownKernel[]): KernelSet {
    return new KernelSet([...this.#kernels, ...others]);
  }

  byName(name: string): KnownKernel {
    const known = this.#kernels.find(({ kernel }) => kernel.name === name);
    if (known === undefined)
      throw new TensorError("UNKNOWN_KERNEL", `no kernel ${name}`, `known are ${this.names.join(", ")}`);
    return known;
  }

  /** Programs may name kernels that are not known here, and then cannot be run here. */
  byCodeHash(codeHash: string): Kernel {
    const known = this.#kernels.find((candidate) => candidate.codeHash === codeHash.toLowerCase());
    if (known === undefined)
      throw new TensorError("UNKNOWN_KERNEL", `no kernel with the code hash ${codeHash}`, "refuse this program");
    return known.kernel;
  }
}
