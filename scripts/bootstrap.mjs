// Brings node_modules into agreement with package-lock.json, and does nothing when it is.
//
// Hardhat needs a newer Node than many machines have, and npm under an older Node silently leaves out Hardhat's native
// package. So the install itself runs under a new Node; it puts that Node (a development dependency) into
// node_modules/.bin, where every npm script finds it first. Plain JavaScript without dependencies, Node 18 or newer.
//
// `node scripts/bootstrap.mjs` checks, and installs if it must.
// `node scripts/bootstrap.mjs install some-package` runs any npm command under the new Node.

import { spawn } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { completeLockfile } from "./lib/lockfile.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const MIN_NODE = [22, 13];
const NODE_TO_FETCH = "24";
const MIN_NPM = 9;
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/** An error whose message is all that the reader needs. */
class BootstrapError extends Error {}

/** How long npm may take to undo what it has begun. The next run starts afresh anyhow. */
const GRACE_MS = 2_000;

let interrupted = false;
/** What is running now, if anything. */
let current;

function interrupt(signal) {
  interrupted = true;
  // The terminal has sent Ctrl-C to the child as well; any other sender knows only us.
  if (signal !== "SIGINT") current?.kill(signal);
  setTimeout(() => current?.kill("SIGKILL"), GRACE_MS).unref();
}
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupt);

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** A new workspace without packages of its own needs no install, only its name. */
function linkWorkspace(path, target) {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(relative(dirname(path), target), path);
}

/** Why node_modules does not agree with the lockfile, or undefined if it does. */
function staleness() {
  const wanted = readJson(join(ROOT, "package-lock.json"));
  if (wanted === undefined) throw new BootstrapError("package-lock.json is missing or damaged: restore it from git");
  const installed = readJson(join(MODULES, ".package-lock.json"));
  if (installed === undefined) return existsSync(MODULES) ? "an install was not finished" : "nothing is installed yet";
  for (const [path, { version, optional, link, resolved }] of Object.entries(wanted.packages)) {
    if (!path.includes("node_modules/")) continue;
    if (link === true) {
      linkWorkspace(join(ROOT, path), join(ROOT, resolved));
      continue;
    }
    const found = installed.packages[path];
    if (found === undefined && optional === true) continue;
    if (found === undefined) return `${path} is missing`;
    if (found.version !== version) return `${path} is ${found.version}, not ${version}`;
  }
  const scope = join(MODULES, "@nomicfoundation");
  if (!readdirSync(scope).some((name) => name.startsWith("edr-"))) return "Hardhat's native package is missing";
  if (!existsSync(join(MODULES, ".bin", "node"))) return "the project's Node is missing";
  return undefined;
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Folders of PATH without the project's own: an install replaces those while it runs. */
function outerPath() {
  return (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes(`${sep}node_modules${sep}`));
}

function findOnPath(name) {
  const path = outerPath()
    .map((folder) => join(folder, name))
    .find(isExecutable);
  return path === undefined ? undefined : realpathSync(path);
}

/** npm's own JavaScript file: what started us, or the one on PATH. */
function findNpm() {
  const { npm_execpath: started, npm_config_user_agent: agent = "" } = process.env;
  const npm = started?.endsWith("npm-cli.js") ? started : findOnPath("npm");
  if (npm === undefined) throw new BootstrapError("npm was not found; it comes with Node");
  if (started !== undefined && !agent.startsWith("npm/"))
    throw new BootstrapError(
      `this project is installed with npm, not with ${agent.split(" ")[0] || "what started this"}`,
    );
  const version = readJson(join(dirname(dirname(npm)), "package.json"))?.version;
  if (version !== undefined && Number.parseInt(version, 10) < MIN_NPM)
    throw new BootstrapError(`npm ${version} is too old: ${MIN_NPM} or newer is needed`);
  return npm;
}

/** The environment without what an outer npm says about its own command. */
function cleanEnvironment() {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_(lifecycle|package|command|execpath|node_execpath|config_local_prefix)/.test(name),
  );
  return { ...Object.fromEntries(entries), PATH: outerPath().join(delimiter) };
}

/** Runs a command to its end; returns its exit code and what it printed, unless that went to the terminal. */
function run(command, args, { cwd, env = cleanEnvironment(), show = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: show ? "inherit" : ["ignore", "pipe", "pipe"] });
    current = child;
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (data) => (stdout += data));
    child.stderr?.on("data", (data) => (stderr += data));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

function explain(task, { stdout, stderr }) {
  const text = `${stderr}\n${stdout}`.trim();
  if (/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT/.test(text))
    return `${task} failed: packages cannot be reached; check the network or npm's proxy settings\n\n${text}`;
  return `${task} failed\n\n${text}`;
}

/** A Node that is new enough and lies outside node_modules: the system's own, or one that npx fetches and keeps. */
async function findNode(npm) {
  const own = findOnPath("node") ?? process.execPath;
  const { stdout: version } = await run(own, ["-p", "process.versions.node"], { cwd: ROOT });
  if (isNewEnough(version.trim())) return { node: own, label: `Node ${version.trim()}` };
  const args = [
    "exec",
    "--yes",
    "--loglevel=error",
    `--package=node@${NODE_TO_FETCH}`,
    "--",
    "node",
    "-p",
    "process.execPath",
  ];
  // Elsewhere than here, so that npx does not take the Node which the install is about to replace.
  const fetched = await run(own, [npm, ...args], { cwd: tmpdir() });
  const node = fetched.stdout.trim().split("\n").at(-1) ?? "";
  if (fetched.code !== 0 || !isExecutable(node)) throw new BootstrapError(explain("fetching a newer Node", fetched));
  return { node, label: `Node ${NODE_TO_FETCH} through npx, as this machine has ${version.trim()}` };
}

/**
 * npm and whatever its install scripts start must see the new Node first. onnxruntime-node has all that its tests need in
 * its package, and would download libraries for graphics cards.
 */
function environmentWith(node) {
  const env = cleanEnvironment();
  return { ...env, ONNXRUNTIME_NODE_INSTALL: "skip", PATH: [dirname(node), env.PATH].join(delimiter) };
}

async function install() {
  const reason = staleness();
  if (reason === undefined) return 0;
  const started = Date.now();
  const npm = findNpm();
  process.stdout.write(`bootstrap: ${reason}; `);
  const { node, label } = await findNode(npm);
  process.stdout.write(`npm ci under ${label} ... `);
  const done = await run(node, [npm, "ci", "--loglevel=error", "--no-audit", "--no-fund"], {
    cwd: ROOT,
    env: environmentWith(node),
  });
  if (interrupted) throw new BootstrapError("interrupted");
  if (done.code !== 0) throw new BootstrapError(explain("npm ci", done));
  const left = staleness();
  if (left !== undefined) throw new BootstrapError(`npm ci ended well, and yet ${left}`);
  process.stdout.write(`done in ${Math.round((Date.now() - started) / 1000)} s\n`);
  return 0;
}

async function passThrough(args) {
  const npm = findNpm();
  const { node } = await findNode(npm);
  const { code } = await run(node, [npm, ...args], { cwd: ROOT, env: environmentWith(node), show: true });
  const path = join(ROOT, "package-lock.json");
  const lock = readJson(path);
  if (lock !== undefined && completeLockfile(lock).length > 0)
    writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  return code;
}

async function main(args) {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform))
    throw new BootstrapError(
      `${platform} is not supported: the tools exist for ${PLATFORMS.join(", ")} (on Windows, use WSL)`,
    );
  return args.length === 0 ? install() : passThrough(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (interrupted) {
    process.stdout.write("\n");
    process.exitCode = 130;
  } else if (error instanceof BootstrapError) {
    process.stdout.write("\n");
    console.error(`bootstrap: ${error.message}`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
