import { noun, reading, writing } from "../lib/define.js";
import { BUY_OPTION } from "../lib/purchaseOption.js";
import { TRAIT_OPTIONS } from "../lib/traitOptions.js";

const NODES = { description: "Numbers of the nodes that may accept, with commas; any if left out" } as const;

/** Options that every order of a result has, `openProof` and `openChunks` alike. */
const TERMS = {
  class: { description: "Hardware class that the node must have, any if left out" },
  units: { description: "Units of one node", default: "1" },
  startPrice: { description: "Credits offered at first", default: "1" },
  maxPrice: { description: "Credits offered at last; this much is locked", default: "10" },
  ramp: { description: "Time in which the price climbs", default: "30s" },
  expires: { description: "Time until which a provider can accept", default: "1h" },
  ack: { description: "Time for fetching the data", default: "5m" },
  work: { description: "Time for the work", default: "10m" },
  url: { description: "Where providers find the data", default: "" },
  nodes: NODES,
  ...TRAIT_OPTIONS,
  ...BUY_OPTION,
} as const;

/** What a program of `--elf` runs with. */
const MACHINE = {
  input: { description: "File that the program of --elf finds as its input" },
  memory: { description: "Memory of the machine that runs it; half of it for the program", default: "32M" },
  maxSteps: { description: "Steps after which it is stopped, in units of 1,024: 16M, 4G", default: "4G" },
} as const;

const CHUNK = { description: "Number of the chunk, from 0", required: true } as const;

const CLAIM_MARKET = {
  market: { description: "Market of the task: dispute, or machine for programs", default: "dispute" },
} as const;

const TASK = { description: "Number of the task", required: true } as const;

export const jobTasks = noun("job", "Buy and do work: tasks for a result, leases by the second", [
  reading({
    name: "quote",
    description: "Shows what work would cost: asks, a price ramp, the provider's bond, the fee",
    options: {
      class: { description: "Hardware class, by number or name" },
      units: { description: "Units of one node", default: "1" },
      seconds: { description: "How long the work takes, such as 10m; left out, what --elf took here, or 10m" },
      ...MACHINE,
      elf: { description: "Program that is run here, as a provider would, to see how long it takes" },
    },
    action: () => import("./quote.js"),
  }),
  reading({
    name: "serve",
    description: "Serves bundles to providers, or results to buyers, until Ctrl-C",
    options: {
      bundles: { description: "Folder of a buyer's bundles, as job open writes it" },
      results: { description: "Folder of a provider's results, as job submit writes it" },
      host: { description: "Address to listen on", default: "127.0.0.1" },
      port: { description: "Port to listen on", default: "7000" },
    },
    action: () => import("./serve.js"),
  }),
  writing({
    name: "open",
    description: "Opens a task: locks its highest price, and lets the offered price climb until a provider accepts",
    options: {
      workload: { description: "training, training-mlp, training-conv, inference, render or transformer" },
      bundle: { description: "Folder with job.json and input.bin of any program, instead of --workload" },
      onnx: { description: "Model that a framework quantised and wrote as ONNX, instead of --workload" },
      elf: { description: "Static ELF program for RV32IM, instead of --workload" },
      ...MACHINE,
      inputs: { description: "JSON file with a row of numbers for each example, for --onnx" },
      weights: { description: "weights.json of a fetched training, for inference" },
      mesh: {
        description: "Mesh to render with shadows and mirrors, .glb, .gltf or .obj; the bunny without them if left out",
      },
      size: { description: "Size of the workload, small or full", default: "full" },
      bundles: { description: "Folder that job serve serves", default: "bundles" },
      url: { description: "Where providers reach that folder", default: "http://127.0.0.1:7000" },
      class: { description: "Hardware class that the node must have, any if left out" },
      units: { description: "Units of one node", default: "1" },
      startPrice: { description: "Credits offered at first", default: "1" },
      maxPrice: { description: "Credits offered at last; this much is locked", default: "10" },
      ramp: { description: "Time in which the price climbs", default: "30s" },
      expires: { description: "Time until which a provider can accept", default: "1h" },
      ack: { description: "Time for fetching the data", default: "5m" },
      work: { description: "Time for the work", default: "10m" },
      window: { description: "Time in which the result can be challenged", default: "1h" },
      response: { description: "Time for answering one challenge, the chain's least if left out" },
      smallJob: { description: "Let answers be due sooner than transactions can be forced into the chain", flag: true },
      private: { description: "Let only you, and the checkers that you name, contest the result", flag: true },
      outsideValue: {
        description: "Credits that a wrong result would be worth to its provider elsewhere",
        default: "0",
      },
      nodes: NODES,
      ...TRAIT_OPTIONS,
      ...BUY_OPTION,
    },
    action: () => import("./open.js"),
  }),
  writing({
    name: "name-checker",
    description: "Lets an account contest the results of the sender's private tasks, or no longer",
    options: {
      checker: { description: "The account: address or index", required: true },
      ...CLAIM_MARKET,
      end: { description: "No longer, instead", flag: true },
    },
    action: () => import("./nameChecker.js"),
  }),
  writing({
    name: "open-proof",
    description: "Opens a task whose result is proven to a verifier that you name, and paid at once",
    options: {
      verifier: { description: "Address of the verifier; its code is pinned as it is now", required: true },
      program: { description: "Hash of the program, as the verifier names it", required: true },
      input: { description: "Commitment to the input", required: true },
      data: { description: "File that providers find as input.bin under --url; its hash is in the order" },
      ...TERMS,
    },
    action: () => import("./openProof.js"),
  }),
  writing({
    name: "prove",
    description: "Proves the result of a task of the proof market, and is paid",
    options: {
      task: TASK,
      output: { description: "Commitment to the result", required: true },
      proof: { description: "File with the proof's bytes", required: true },
    },
    action: () => import("./prove.js"),
  }),
  writing({
    name: "open-chunks",
    description: "Opens a task of chunks that you approve by their previews; prices are for one chunk",
    options: {
      chunks: { description: "How many chunks", required: true },
      description: { description: "File that says what is wanted; its hash is in the order", required: true },
      bundles: {
        description: "Folder that job serve serves; with --url the description is put there",
        default: "bundles",
      },
      judge: { description: "Time for judging a chunk, at most 3d; after it silence approves", default: "3d" },
      release: { description: "Time for releasing the key of an approved chunk, the chain's least if left out" },
      ...TERMS,
    },
    action: () => import("./openChunks.js"),
  }),
  writing({
    name: "take",
    description: "Accepts a task of the proof or approval market with one of the account's nodes",
    options: {
      market: { description: "dispute, machine, approval or proof", required: true },
      task: TASK,
      node: { description: "Number of the node that works", required: true },
    },
    action: () => import("./take.js"),
  }),
  writing({
    name: "submit-chunk",
    description: "Commits to a chunk: its preview, its ciphertext and its key, of which only the hash is sent",
    options: {
      task: TASK,
      chunk: CHUNK,
      preview: { description: "File of the preview", required: true },
      cipher: { description: "File of the ciphertext", required: true },
      key: { description: "Key of the ciphertext, 32 bytes in hexadecimal", required: true },
    },
    action: () => import("./submitChunk.js"),
  }),
  writing({
    name: "judge",
    description: "Approves or rejects a chunk, as the buyer",
    options: {
      task: TASK,
      chunk: CHUNK,
      approve: { description: "Approve it", flag: true },
      reject: { description: "Reject it, for this reason" },
    },
    action: () => import("./judge.js"),
  }),
  writing({
    name: "release-key",
    description: "Releases the key of an approved chunk, as the provider, and is paid for it",
    options: { task: TASK, chunk: CHUNK, key: { description: "The key", required: true } },
    action: () => import("./releaseKey.js"),
  }),
  writing({
    name: "timeout-key",
    description: "Shows that the key of an approved chunk was not released in time; anyone may",
    options: { task: TASK, chunk: CHUNK },
    action: () => import("./timeoutKey.js"),
  }),
  writing({
    name: "end",
    description: "Ends the rest of a task of chunks without fault, after one was refunded",
    options: { task: TASK },
    action: () => import("./end.js"),
  }),
  reading({
    name: "chunks",
    description: "Shows the chunks of a task of the approval market",
    options: { task: TASK },
    action: () => import("./chunks.js"),
  }),
  reading({
    name: "fetch-chunk",
    description:
      "Fetches a chunk's preview, and the whole once its key is released, checked against what was committed to",
    options: { task: TASK, chunk: CHUNK, out: { description: "Folder to write into", required: true } },
    action: () => import("./fetchChunk.js"),
  }),
  writing({
    name: "hire",
    description: "Leases units of a node by the second, at its ask",
    options: {
      node: { description: "Number of the node", required: true },
      units: { description: "Units of it", default: "1" },
      seconds: { description: "Time to pay ahead, such as 10m", required: true },
      maxRate: { description: "Most to pay for one unit, such as 0.5/h", required: true },
      ...BUY_OPTION,
    },
    action: () => import("./hire.js"),
  }),
  writing({
    name: "accept",
    description: "Takes a task with one of the account's nodes, after checking that its data can be had",
    options: { ...CLAIM_MARKET, task: TASK, node: { description: "Number of the node that works", required: true } },
    action: () => import("./accept.js"),
  }),
  writing({
    name: "accept-many",
    description: "Takes many tasks in one transaction; tells which of them could not be had",
    options: {
      market: { description: "dispute, machine, approval or proof", default: "dispute" },
      tasks: { description: "Numbers of the tasks, with commas; 1 to 64", required: true },
      nodes: { description: "Number of the node that works on all, or one for each with commas", required: true },
    },
    action: () => import("./acceptMany.js"),
  }),
  writing({
    name: "submit",
    description: "Does the work of an accepted task and claims its result",
    options: {
      ...CLAIM_MARKET,
      task: TASK,
      results: { description: "Folder to keep the result in", default: "results" },
    },
    action: () => import("./submit.js"),
  }),
  reading({
    name: "watch",
    description: "Follows a task until it is finalized or cancelled",
    options: {
      market: { description: "Market of the task: dispute, machine, approval or proof", default: "dispute" },
      task: TASK,
      until: { description: "Stop at this status too, such as confirmed" },
      timeout: { description: "Give up after this time", default: "1d" },
    },
    action: () => import("./watch.js"),
  }),
  reading({
    name: "fetch",
    description: "Fetches the result of a task, checks it against its root and unpacks it",
    options: {
      ...CLAIM_MARKET,
      task: TASK,
      attempt: { description: "Attempt whose result to fetch, the last one if left out" },
      out: { description: "Folder to write into", required: true },
    },
    action: () => import("./fetch.js"),
  }),
  writing({
    name: "close",
    description: "Ends a lease now, or cancels a task that nobody works on",
    options: {
      lease: { description: "Number of the lease" },
      task: { description: "Number of the task" },
      market: { description: "Market of the task: dispute, machine, approval or proof", default: "dispute" },
    },
    action: () => import("./close.js"),
  }),
  writing({
    name: "relist",
    description: "Lists a task again whose attempt failed: late, silent or proven wrong; anyone may",
    options: {
      task: TASK,
      market: { description: "Market of the task: dispute, machine, approval or proof", default: "dispute" },
    },
    action: () => import("./relist.js"),
  }),
  writing({
    name: "finalize",
    description: "Pays a task whose result stands, or settles the next epoch of a lease",
    options: {
      task: { description: "Number of the task" },
      ...CLAIM_MARKET,
      lease: { description: "Number of the lease" },
      attestor: {
        description:
          "URLs of attestors that have the node's uptime, with commas; without them a lease needs a missed report",
      },
    },
    action: () => import("./finalize.js"),
  }),
  writing({
    name: "finalize-many",
    description: "Pays many tasks whose results stand, in one transaction; tells which of them failed",
    options: { ...CLAIM_MARKET, tasks: { description: "Numbers of the tasks, with commas; 1 to 64", required: true } },
    action: () => import("./finalizeMany.js"),
  }),
  reading({
    name: "list",
    description: "Lists tasks and leases",
    options: { buyer: { description: "Only those of this buyer: address or index" } },
    action: () => import("./list.js"),
  }),
]);
