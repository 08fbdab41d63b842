/** Result of an instruction of two operands; both are unsigned numbers of 32 bits, of the result the low 32 bits count. */
type Compute = (a: number, b: number) => number;

/** An instruction, decoded. Immediates are sign-extended. */
export type Instruction =
  | { readonly kind: "call" | "fence" }
  | {
      readonly kind: "compute";
      readonly rd: number;
      readonly rs1: number;
      readonly rs2: number;
      readonly immediate?: number;
      readonly compute: Compute;
    }
  | { readonly kind: "constant"; readonly rd: number; readonly immediate: number; readonly isRelative: boolean }
  | {
      readonly kind: "load";
      readonly rd: number;
      readonly rs1: number;
      readonly immediate: number;
      readonly size: number;
      readonly isSigned: boolean;
    }
  | {
      readonly kind: "store";
      readonly rs1: number;
      readonly rs2: number;
      readonly immediate: number;
      readonly size: number;
    }
  | {
      readonly kind: "branch";
      readonly rs1: number;
      readonly rs2: number;
      readonly immediate: number;
      readonly isTaken: (a: number, b: number) => boolean;
    }
  /** Without `rs1` relative to the pc. */
  | { readonly kind: "jump"; readonly rd: number; readonly rs1?: number; readonly immediate: number };

/** By function3, of variant 0. */
const PLAIN: readonly Compute[] = [
  (a, b) => a + b,
  (a, b) => a << (b & 31),
  (a, b) => Number((a | 0) < (b | 0)),
  (a, b) => Number(a < b),
  (a, b) => a ^ b,
  (a, b) => a >>> (b & 31),
  (a, b) => a | b,
  (a, b) => a & b,
];

const SUBTRACT: Compute = (a, b) => a - b;
const SHIFT_SIGNED: Compute = (a, b) => (a | 0) >> (b & 31);

/** By function3, of variant 1. */
const MULTIPLY: readonly Compute[] = [
  (a, b) => Math.imul(a, b),
  (a, b) => high(BigInt(a | 0) * BigInt(b | 0)),
  (a, b) => high(BigInt(a | 0) * BigInt(b)),
  (a, b) => high(BigInt(a) * BigInt(b)),
  (a, b) => (b === 0 ? -1 : Math.trunc((a | 0) / (b | 0))),
  (a, b) => (b === 0 ? -1 : Math.trunc(a / b)),
  (a, b) => (b === 0 ? a : (a | 0) % (b | 0)),
  (a, b) => (b === 0 ? a : a % b),
];

const BRANCHES: Readonly<Partial<Record<number, (a: number, b: number) => boolean>>> = {
  0: (a, b) => a === b,
  1: (a, b) => a !== b,
  4: (a, b) => (a | 0) < (b | 0),
  5: (a, b) => (a | 0) >= (b | 0),
  6: (a, b) => a < b,
  7: (a, b) => a >= b,
};

const LOADS: Readonly<Partial<Record<number, { readonly size: number; readonly isSigned: boolean }>>> = {
  0: { size: 1, isSigned: true },
  1: { size: 2, isSigned: true },
  2: { size: 4, isSigned: true },
  4: { size: 1, isSigned: false },
  5: { size: 2, isSigned: false },
};

/** Decodes 32 bits; undefined if they are no instruction of RV32IM that a program without privileges may use. */
export function decode(word: number): Instruction | undefined {
  const rd = (word >>> 7) & 31;
  const function3 = (word >>> 12) & 7;
  const rs1 = (word >>> 15) & 31;
  const rs2 = (word >>> 20) & 31;
  const function7 = word >>> 25;
  const immediateI = word >> 20;
  const upper = (word & 0xfffff000) >>> 0;
  switch (word & 0x7f) {
    case 0x03: {
      const load = LOADS[function3];
      return load && { kind: "load", rd, rs1, immediate: immediateI, ...load };
    }
    case 0x0f:
      return function3 === 0 ? { kind: "fence" } : undefined;
    case 0x13: {
      const isShift = function3 === 1 || function3 === 5;
      const compute = isShift && function7 === 1 ? undefined : computeOf(function3, isShift ? function7 : 0);
      return compute && { kind: "compute", rd, rs1, rs2, immediate: isShift ? rs2 : immediateI >>> 0, compute };
    }
    case 0x17:
      return { kind: "constant", rd, immediate: upper, isRelative: true };
    case 0x23: {
      if (function3 > 2) return undefined;
      return { kind: "store", rs1, rs2, immediate: ((word >> 25) << 5) | rd, size: 1 << function3 };
    }
    case 0x33: {
      const compute = computeOf(function3, function7);
      return compute && { kind: "compute", rd, rs1, rs2, compute };
    }
    case 0x37:
      return { kind: "constant", rd, immediate: upper, isRelative: false };
    case 0x63: {
      const isTaken = BRANCHES[function3];
      const immediate = ((word >> 31) << 12) | ((word << 4) & 0x800) | ((word >>> 20) & 0x7e0) | ((word >>> 7) & 0x1e);
      return isTaken && { kind: "branch", rs1, rs2, immediate, isTaken };
    }
    case 0x67:
      return function3 === 0 ? { kind: "jump", rd, rs1, immediate: immediateI } : undefined;
    case 0x6f: {
      const immediate = ((word >> 31) << 20) | (word & 0xff000) | ((word >>> 9) & 0x800) | ((word >>> 20) & 0x7fe);
      return { kind: "jump", rd, immediate };
    }
    default:
      return word === 0x73 ? { kind: "call" } : undefined;
  }
}

function computeOf(function3: number, variant: number): Compute | undefined {
  if (variant === 0) return PLAIN[function3];
  if (variant === 1) return MULTIPLY[function3];
  if (variant !== 0x20) return undefined;
  return function3 === 0 ? SUBTRACT : function3 === 5 ? SHIFT_SIGNED : undefined;
}

/** Bits 32 to 63. */
function high(product: bigint): number {
  return Number(BigInt.asUintN(32, product >> 32n));
}
