import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { QUICK_START } from "../../scripts/local/quickStart.js";
import { freePort } from "../../scripts/local/freePort.js";
import { ManagedProcess } from "../../scripts/local/ManagedProcess.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const HARDHAT = join(ROOT, "node_modules", ".bin", "hardhat");

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command line against a chain of its own, with a folder of its own for everything it writes. */
export class CommandLine {
  readonly folder = mkdtempSync(join(tmpdir(), "millrace-cli-"));
  readonly #processes: ManagedProcess[] = [];

  private constructor(readonly rpcPort: number) {}

  static async create(): Promise<CommandLine> {
    return new CommandLine(await freePort());
  }

  get rpcUrl(): string {
    return `http://127.0.0.1:${this.rpcPort}`;
  }

  get environment(): Record<string, string> {
    return {
      RPC_URL: this.rpcUrl,
      MILLRACE_DEPLOYMENTS: join(this.folder, "deployments"),
      NO_COLOR: "1",
    };
  }

  /** Starts a command that goes on, and waits for the line that says that it is ready. */
  async start(args: readonly string[], ready: RegExp): Promise<ManagedProcess> {
    const name = args.slice(0, 2).join("-");
    const started = new ManagedProcess({
      name,
      command: HARDHAT,
      args,
      cwd: ROOT,
      env: this.environment,
      logFile: join(this.folder, `${name}-${this.#processes.length}.log`),
    });
    this.#processes.push(started);
    await started.waitForLine(ready, 60_000);
    return started;
  }

  startNode(...options: string[]): Promise<ManagedProcess> {
    return this.start(["node", "--port", `${this.rpcPort}`, ...options], /Started HTTP/);
  }

  /** Runs a command to its end, with nobody at the keyboard. */
  run(args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      // Where CI is set, Hardhat prints stack traces, which a person at a terminal does not see.
      const env = { ...process.env, CI: undefined, ...QUICK_START, ...this.environment, ...environment };
      const child = spawn(HARDHAT, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Runs a command that must succeed and prints JSON. */
  async json(...args: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.run([...args, "--json"]);
    if (code !== 0) throw new Error(`${args.join(" ")} failed: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#processes.map((started) => started.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
