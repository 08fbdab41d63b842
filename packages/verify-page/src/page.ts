import { STEPS, type Step, type VerifiedFile } from "@millrace/uptime-tree/verify";

import type { WorkerMessage } from "./messages.js";
import { EndpointError, readChain, type OnChain } from "./readChain.js";
import { verdictOf, type Verdict } from "./verdictOf.js";

/** The worker's program, put in when the page is built: a page that is opened from a disk may load no other file. */
declare const WORKER_SOURCE: string;

const STEP_NAMES: Readonly<Record<Step, string>> = {
  signatures: "Signatures of attestors, and what they saw",
  leaves: "Slots, points and rewards of every node",
  root: "Root of all nodes",
  file: "Hash of the file",
};

const byId = <T extends HTMLElement>(id: string, type: new () => T): T => {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
};
const fileInput = byId("file", HTMLInputElement);
const hashInput = byId("hash", HTMLInputElement);
const rpcInput = byId("rpc", HTMLInputElement);
const verifyButton = byId("verify", HTMLButtonElement);
const stopButton = byId("stop", HTMLButtonElement);
const drop = byId("drop", HTMLElement);
const result = byId("result", HTMLElement);
const work = byId("work", HTMLElement);
const steps = byId("steps", HTMLElement);
const formError = byId("form-error", HTMLElement);
const workerUrl = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
let running: Worker | undefined;
/** Counts what was begun or stopped: what comes too late finds another number. */
let turn = 0;

byId("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void verify();
});
stopButton.addEventListener("click", () => {
  turn++;
  finish();
  work.hidden = true;
  verifyButton.focus();
});
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  // Only when the pointer leaves the window, not one of its parts.
  if (event.relatedTarget === null) drop.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const files = event.dataTransfer?.files;
  if (files === undefined || files.length === 0 || running !== undefined) return;
  fileInput.files = files;
  if (files.length > 1) formError.textContent = "One file at a time, please.";
  else void verify();
});

async function verify(): Promise<void> {
  result.replaceChildren();
  const hash = hashInput.value.trim();
  const rpc = rpcInput.value.trim();
  const isHash = hash === "" || /^0x[0-9a-f]{64}$/i.test(hash);
  const isUrl = rpc === "" || (URL.canParse(rpc) && /^https?:$/.test(new URL(rpc).protocol));
  complain(hashInput, isHash ? "" : "This is no hash: it needs 0x and 64 hexadecimal digits.");
  complain(rpcInput, isUrl ? "" : "This is no address of an endpoint: it begins with https:// or http://.");
  const file = fileInput.files?.length === 1 ? fileInput.files[0] : undefined;
  formError.textContent = file === undefined ? "Choose one data file first." : "";
  const wrong = file === undefined ? fileInput : isHash ? (isUrl ? undefined : rpcInput) : hashInput;
  if (file === undefined || wrong !== undefined) {
    wrong?.focus();
    return;
  }
  const mine = ++turn;
  begin();
  const [verdict, facts] = await outcome(file, hash, rpc);
  if (mine !== turn) return;
  finish();
  show(verdict, facts);
}

type Facts = readonly (readonly [name: string, value: string])[];

async function outcome(file: File, hash: string, rpc: string): Promise<[Verdict, Facts]> {
  try {
    const verified = await inWorker(file);
    const chain = rpc === "" ? undefined : await posted(rpc, verified);
    if (chain instanceof EndpointError) return [unreadable(chain), factsOf(verified)];
    return [verdictOf(verified, { hash: hash === "" ? undefined : hash, chain }), factsOf(verified)];
  } catch (error) {
    const detail = `${file.name}: ${(error as Error).message}. Get it again, from any attestor.`;
    return [{ tone: "bad", title: "This is not what it should be", detail }, []];
  }
}

/** Resolves with what the file gives; a stopped worker never answers. */
async function inWorker(file: File): Promise<VerifiedFile> {
  const worker = new Worker(workerUrl);
  running = worker;
  return await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.kind === "progress") progress(data.step, data.share);
      else if (data.kind === "verified") resolve(data.file);
      else reject(new Error(data.reason));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`the browser gave up (${event.message})`));
    };
    worker.postMessage(file);
  });
}

async function posted(url: string, file: VerifiedFile): Promise<OnChain | EndpointError> {
  try {
    return await readChain(url, file);
  } catch (error) {
    if (error instanceof EndpointError) return error;
    throw error;
  }
}

function unreadable(error: EndpointError): Verdict {
  return {
    tone: "open",
    title: "The file is in order, but the chain could not be asked",
    detail: `Cause: ${error.message}.`,
  };
}

function begin(): void {
  verifyButton.disabled = true;
  stopButton.hidden = false;
  work.hidden = false;
  steps.replaceChildren(
    ...STEPS.map((step) => {
      const bar = document.createElement("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", STEP_NAMES[step]);
      return element("li", [element("span", [STEP_NAMES[step]]), bar]);
    }),
  );
}

function finish(): void {
  running?.terminate();
  running = undefined;
  verifyButton.disabled = false;
  stopButton.hidden = true;
}

function progress(step: Step, share: number): void {
  const now = STEPS.indexOf(step);
  [...steps.children].forEach((item, i) => {
    item.className = i < now ? "done" : i === now ? "now" : "";
    const bar = item.querySelector("progress");
    if (i === now && bar !== null) bar.value = share;
  });
}

function show(verdict: Verdict, facts: Facts): void {
  work.hidden = true;
  const text = [element("h2", [verdict.title]), element("p", [verdict.detail])];
  const list = facts.flatMap(([name, value]) => [
    element("dt", [name]),
    element("dd", [value.startsWith("0x") ? element("code", [value]) : value]),
  ]);
  const banner = element("div", text, `verdict ${verdict.tone}`);
  result.replaceChildren(element("article", list.length === 0 ? [banner] : [banner, element("dl", list)]));
}

function factsOf(file: VerifiedFile): Facts {
  return [
    ["Epoch", String(file.epoch)],
    ["Chain", String(file.chainId)],
    ["UptimeOracle", file.oracle],
    ["Nodes", file.nodeCount.toLocaleString("en")],
    ["Points of all", file.totalPoints.toLocaleString("en")],
    ["A slot is up if", `${file.threshold} of ${file.attestors.length} observations have it`],
    ...file.attestors.map((attestor, i) => [`Attestor ${i + 1}`, attestor] as const),
    ["Root", file.root],
    ["Root of evidence", file.evidenceRoot],
    ["Hash of data", file.dataHash],
    ["Report hash", file.reportHash],
  ];
}

function complain(input: HTMLInputElement, sentence: string): void {
  byId(`${input.id}-error`, HTMLElement).textContent = sentence;
  input.setAttribute("aria-invalid", String(sentence !== ""));
}

function element(name: string, children: readonly (Node | string)[], className = ""): HTMLElement {
  const made = document.createElement(name);
  made.append(...children);
  if (className !== "") made.className = className;
  return made;
}
