import { parametersOf } from "./parametersOf.js";

/** The parameters of a local chain, `parameters/local.json`. */
export function localParameters(): Record<string, unknown> {
  return parametersOf("local");
}
