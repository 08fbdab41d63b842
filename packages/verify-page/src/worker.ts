import { verifyDataFile, WrongFileError, type Step } from "@millrace/uptime-tree/verify";

import type { WorkerMessage } from "./messages.js";

/** Progress that is told more often cannot be seen. */
const TELL_MS = 60;

let told = 0;
let toldStep: Step | undefined;

onmessage = ({ data }: MessageEvent<File>) => {
  void verify(data);
};

async function verify(file: File): Promise<void> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    say({ kind: "failed", reason: `the browser cannot read the file (${(error as Error).message})` });
    return;
  }
  try {
    say({ kind: "verified", file: verifyDataFile(bytes, tell) });
  } catch (error) {
    if (!(error instanceof WrongFileError)) throw error;
    say({ kind: "failed", reason: error.message });
  }
}

function tell(step: Step, share: number): void {
  const now = performance.now();
  if (step === toldStep && now - told < TELL_MS) return;
  [told, toldStep] = [now, step];
  say({ kind: "progress", step, share });
}

function say(message: WorkerMessage): void {
  postMessage(message);
}
