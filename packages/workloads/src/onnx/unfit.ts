import { WorkloadError } from "../WorkloadError.ts";
import { describeNode, type OnnxNode } from "./OnnxModel.ts";

/** An operator that we have, in a form that we have not. */
export function unfit(
  node: OnnxNode,
  why: string,
  hint = "change the model there, or leave that part of it to the buyer: docs/onnx.md says what is converted",
): WorkloadError {
  return new WorkloadError(`${describeNode(node)} cannot be converted: ${why}`, hint);
}
