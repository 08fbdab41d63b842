import type { Program } from "../program/Program.ts";
import { Region } from "../program/Program.ts";
import { type Hex, ZERO_WORD } from "../words.ts";
import type { NodeSource } from "./NodeSource.ts";
import { TraceTree } from "./TraceTree.ts";

/** Trees of the three regions; a program whose operators are all outputs has no body. */
export interface Traces<Tree extends NodeSource = TraceTree> {
  readonly input: Tree;
  readonly body?: Tree;
  readonly output: Tree;
}

/** What execution fills: the words of body and output. */
export interface Execution {
  readonly body: Uint8Array;
  readonly output: Uint8Array;
}

export function buildTraces(program: Program, input: Uint8Array, { body, output }: Execution): Traces {
  program.assertInput(input);
  return {
    input: TraceTree.build(input),
    ...(body.length > 0 && { body: TraceTree.build(body) }),
    output: TraceTree.build(output),
  };
}

export interface TraceRoots {
  readonly inputRoot: Hex;
  readonly bodyRoot: Hex;
  readonly outputRoot: Hex;
}

export function rootsOf({ input, body, output }: Traces): TraceRoots {
  return { inputRoot: input.root, bodyRoot: body?.root ?? ZERO_WORD, outputRoot: output.root };
}

export function treeOf<Tree extends NodeSource>(traces: Traces<Tree>, region: Region): Tree | undefined {
  if (region === Region.Input) return traces.input;
  return region === Region.Body ? traces.body : traces.output;
}
