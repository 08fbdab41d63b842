import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";

import { QUICK_START } from "./quickStart.js";

/** What a process is started with. */
export interface ProcessOptions {
  /** Name for messages, as `attestor-1`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Everything it prints is appended here. */
  readonly logFile: string;
}

/** Thrown when a process ended before it was ready, or was not ready in time. The last lines of its log are in the message. */
export class ProcessNotReadyError extends Error {
  readonly code = "PROCESS_NOT_READY";
  constructor(name: string, reason: string, logFile: string, tail: readonly string[]) {
    super([`${name} ${reason}. Its log is ${logFile}.`, ...tail].join("\n"));
    this.name = "ProcessNotReadyError";
  }
}

const TAIL_LINES = 15;

/** A child process with a log file, whose end is always waited for. */
export class ManagedProcess {
  /** All that run, whoever started them. */
  static readonly alive = new Set<ManagedProcess>();

  readonly name: string;
  readonly logFile: string;
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly log: WriteStream;
  private readonly tail: string[] = [];
  private readonly listeners = new Set<(line: string) => void>();

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.logFile = options.logFile;
    mkdirSync(dirname(options.logFile), { recursive: true });
    this.log = createWriteStream(options.logFile, { flags: "a" });
    this.child = spawn(options.command, options.args, {
      cwd: options.cwd,
      // eslint-disable-next-line no-restricted-properties -- a child inherits the environment, nothing is read from it here
      env: { ...process.env, ...QUICK_START, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C reaches only the parent, which then stops its children in order.
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null)
        createInterface({ input: stream }).on("line", (line) => {
          this.onLine(line);
        });
    }
    this.exited = new Promise((resolve) => {
      this.child.once("error", (error) => {
        this.onLine(String(error));
        resolve(null);
      });
      this.child.once("exit", (code) => {
        resolve(code);
      });
    });
    ManagedProcess.alive.add(this);
    void this.exited.then(() => ManagedProcess.alive.delete(this));
    void this.exited.then(() => this.log.end());
  }

  /** Process id, or undefined when it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Resolves when a line that matches was printed, lately or from now on; with `fresh` only from now on.
   * @throws {ProcessNotReadyError} when the process ends or the time is over first
   */
  async waitForLine(pattern: RegExp, timeoutMs: number, fresh = false): Promise<string> {
    const seen = fresh ? undefined : this.tail.find((line) => pattern.test(line));
    if (seen !== undefined) return seen;
    return await new Promise<string>((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        act();
      };
      const listener = (line: string): void => {
        if (pattern.test(line))
          finish(() => {
            resolve(line);
          });
      };
      const fail = (reason: string): void => {
        finish(() => {
          reject(new ProcessNotReadyError(this.name, reason, this.logFile, this.tail));
        });
      };
      const timer = setTimeout(() => {
        fail(`was not ready after ${timeoutMs / 1_000} s`);
      }, timeoutMs);
      this.listeners.add(listener);
      void this.exited.then((code) => {
        fail(`ended with code ${code}`);
      });
    });
  }

  /** Sends a signal to the process and whatever it started. */
  kill(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined || !this.running) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // It ended between the check and the signal.
    }
  }

  /** SIGTERM, then SIGKILL for one that does not end in time. */
  async stop(graceMs = 5_000): Promise<void> {
    if (!this.running) return;
    this.kill("SIGTERM");
    const timer = setTimeout(() => {
      this.kill("SIGKILL");
    }, graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** Stops every process that still runs: services first, what was started first (a chain) last. */
  static async stopAll(): Promise<void> {
    const [first, ...others] = ManagedProcess.alive;
    await Promise.all(others.map((child) => child.stop()));
    await first?.stop();
  }

  private onLine(line: string): void {
    if (!this.log.writableEnded) this.log.write(`${line}\n`);
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    for (const listener of this.listeners) listener(line);
  }
}
