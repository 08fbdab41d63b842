import { numberOf } from "./attributes.ts";
import type { OnnxNode } from "./OnnxModel.ts";

/** Functions of one float, by the operators' names: computed in double precision and rounded to single. */
export const FUNCTIONS: Readonly<Record<string, (node: OnnxNode) => (x: number) => number>> = {
  Abs: () => Math.abs,
  Elu: (node) => {
    const alpha = numberOf(node, "alpha", 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  },
  Erf: () => erf,
  Exp: () => Math.exp,
  Gelu: (node) => (node.attributes.get("approximate") === "tanh" ? geluByTanh : gelu),
  HardSigmoid: (node) => {
    const [alpha, beta] = [numberOf(node, "alpha", Math.fround(0.2)), numberOf(node, "beta", 0.5)];
    return (x) => clamp(Math.fround(alpha * x) + beta);
  },
  HardSwish: () => (x) => x * clamp(Math.fround(x / 6) + 0.5),
  LeakyRelu: (node) => {
    const alpha = numberOf(node, "alpha", Math.fround(0.01));
    return (x) => (x < 0 ? alpha * x : x);
  },
  Neg: () => (x) => -x,
  QuickGelu: (node) => {
    const alpha = numberOf(node, "alpha", Math.fround(1.702));
    return (x) => x * sigmoid(alpha * x);
  },
  Sigmoid: () => sigmoid,
  Softplus: () => (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0),
  Sqrt: () => Math.sqrt,
  Tanh: () => Math.tanh,
};

const clamp = (x: number): number => Math.max(0, Math.min(1, x));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const gelu = (x: number): number => (x / 2) * (1 + erf(x / Math.SQRT2));

const geluByTanh = (x: number): number => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** Terms that both expansions take for double precision where each is used. */
const TERMS = 60;

/** Bound between the series about zero and the continued fraction of what is left. */
const MIDDLE = 2.5;

/** The error function, to about fifteen digits. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > MIDDLE) {
    let fraction = 0;
    for (let k = TERMS; k > 0; k--) fraction = k / 2 / (size + fraction);
    return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * (size + fraction)));
  }
  let [term, sum] = [size, size];
  for (let n = 1; n < TERMS; n++) {
    term *= (-size * size) / n;
    sum += term / (2 * n + 1);
  }
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
}
