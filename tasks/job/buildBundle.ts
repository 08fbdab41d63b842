import { MillraceError } from "@millrace/sdk";
import type { Bundle } from "@millrace/tensor";
import { readBundle } from "@millrace/tensor";
import type { Mesh, Weights } from "@millrace/workloads";
import {
  buildConvolutional,
  buildInference,
  buildOnnx,
  buildRendering,
  buildScene,
  buildTraining,
  buildTransformer,
  parseObj,
  readGltf,
  TRAINING_LARGE,
} from "@millrace/workloads";
import { z } from "zod";

import { readFileOf, readTextOf } from "../lib/readFileOf.js";
import { readJson } from "../lib/readJson.js";

const rows = z.array(z.array(z.int().min(-128).max(127)).nonempty()).nonempty();
const weightsFile = z.object({ hidden: rows, classes: rows });

export interface BundleWish {
  readonly workload: string | undefined;
  readonly bundle: string | undefined;
  readonly onnx: string | undefined;
  readonly inputs: string | undefined;
  readonly weights: string | undefined;
  readonly mesh: string | undefined;
  readonly size: string;
}

/** What a workload is cut down to by `--size small`: seconds instead of minutes, of the same kind. */
const SMALL = {
  training: { digits: 128, batch: 32, epochs: 1, hidden: 32 },
  convolutional: { digits: 64, batch: 32, epochs: 1, filters: 4 },
  inference: { count: 32 },
  render: { width: 32, height: 32, frames: 1 },
} as const;

/** The bundle that a buyer means: one of the workloads, or a folder with any program. */
export async function buildBundle(wish: BundleWish): Promise<Bundle> {
  if ([wish.workload, wish.bundle, wish.onnx].filter((given) => given !== undefined).length !== 1) {
    throw new MillraceError("BAD_INPUT", "job open needs one of --workload, --bundle, --onnx and --elf.", {
      hint: "Give --workload training, training-mlp, training-conv, inference, render or transformer, the folder of a bundle, a model, or a program for RV32IM.",
    });
  }
  if (wish.bundle !== undefined) return readBundle(wish.bundle);
  if (wish.onnx !== undefined)
    return buildOnnx({ model: await readFileOf(wish.onnx, "--onnx"), rows: await readRows(wish.inputs) });
  if (wish.size !== "small" && wish.size !== "full") {
    throw new MillraceError("BAD_INPUT", `--size is "${wish.size}".`, { hint: "Write small or full." });
  }
  const isSmall = wish.size === "small";
  switch (wish.workload as string) {
    case "training":
      return buildTraining(isSmall ? SMALL.training : {});
    case "training-mlp":
      return buildTraining(isSmall ? SMALL.training : TRAINING_LARGE);
    case "training-conv":
      return buildConvolutional(isSmall ? SMALL.convolutional : {});
    case "inference":
      return buildInference({ weights: await readWeights(wish.weights), ...(isSmall ? SMALL.inference : {}) });
    case "render":
      if (wish.mesh !== undefined)
        return buildScene({ mesh: await readMesh(wish.mesh), ...(isSmall ? SMALL.render : {}) });
      return buildRendering(isSmall ? SMALL.render : {});
    case "transformer":
      return buildTransformer();
    default:
      throw new MillraceError("BAD_INPUT", `There is no workload "${wish.workload}".`, {
        hint: "Choose training, training-mlp, training-conv, inference, render or transformer, or give --bundle with a program of your own.",
      });
  }
}

async function readWeights(file: string | undefined): Promise<Weights> {
  if (file === undefined) {
    throw new MillraceError("BAD_INPUT", "Inference needs the weights of a trained network.", {
      hint: "Train one first (--workload training), fetch it, and give --weights <folder>/weights.json.",
    });
  }
  const parsed = weightsFile.safeParse(readJson(await readTextOf(file, "--weights")));
  if (!parsed.success) {
    throw new MillraceError("BAD_INPUT", `${file} has no weights of a network.`, {
      hint: "Give the weights.json that job fetch writes for a training.",
    });
  }
  const { hidden, classes } = parsed.data;
  return { first: hidden.map((row) => Int8Array.from(row)), second: classes.map((row) => Int8Array.from(row)) };
}

/** A mesh of a modeller: glTF, binary or text, or Wavefront OBJ. */
async function readMesh(file: string): Promise<Mesh> {
  const isGltf = /\.(glb|gltf)$/i.test(file);
  return isGltf ? readGltf(await readFileOf(file, "--mesh")) : parseObj(await readTextOf(file, "--mesh"));
}

/** Inputs of a model: one row of numbers for each example. */
async function readRows(file: string | undefined): Promise<number[][]> {
  const hint = "Give --inputs with a JSON file: a list of rows of numbers, one row for each example.";
  if (file === undefined) throw new MillraceError("BAD_INPUT", "A model needs inputs.", { hint });
  const parsed = z.array(z.array(z.number())).safeParse(readJson(await readTextOf(file, "--inputs")));
  if (!parsed.success) throw new MillraceError("BAD_INPUT", `${file} has no rows of numbers.`, { hint });
  return parsed.data;
}
