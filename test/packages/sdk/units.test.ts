import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import fc from "fast-check";
import { z } from "zod";

import {
  EpochClock,
  formatDuration,
  formatPpm,
  formatRate,
  formatTime,
  formatWad,
  formatWadExact,
  loadConfig,
  loadDeployment,
  MillraceError,
  parsed,
  parseDuration,
  parseHex,
  parsePpm,
  parseRate,
  parseWad,
  readEnvironment,
  Shutdown,
  WAD,
} from "@millrace/sdk";

describe("sdk units", () => {
  it("should read what it writes exactly", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n), (value) => {
        expect(parseWad(formatWadExact(value))).to.equal(value);
      }),
    );
  });

  it("should show amounts that people read", () => {
    expect(formatWad(1_234_567n * WAD)).to.equal("1,234,567");
    expect(formatWad(WAD / 2n)).to.equal("0.5");
    expect(formatWad(1n)).to.equal("0.000000000000000001");
    expect(formatWad((WAD * 2n) / 3n)).to.equal("0.6666");
  });

  it("should read rates, shares and durations", () => {
    expect(parseRate("0.36/h")).to.equal(10n ** 14n);
    expect(formatRate(parseRate("0.0001/s"))).to.equal("0.36 credits/h");
    expect(parseRate("0.0000000000000001/h"), "rounded up").to.equal(1n);
    expect(parsePpm("0.5%")).to.equal(5_000);
    expect(formatPpm(50_000)).to.equal("5 %");
    expect(parseDuration("1h30m")).to.equal(5_400);
    expect(parseDuration("4294967295")).to.equal(2 ** 32 - 1);
    expect(formatDuration(93_600)).to.equal("1 d 2 h");
    expect(formatTime(0)).to.equal("never");
  });

  it("should refuse what it cannot read", () => {
    for (const wrong of ["", "-1", "1e5", "1.0000000000000000001", "ten"])
      expect(() => parseWad(wrong)).to.throw(MillraceError);
    for (const wrong of ["", "h", "1y", "-5s", "4294967296", "49711d", "99999999999999999999999d"])
      expect(() => parseDuration(wrong)).to.throw(MillraceError);
    expect([parsePpm("0"), parsePpm("101")]).to.deep.equal([0, 101]);
    for (const wrong of ["101%", "x", "5", "100"]) expect(() => parsePpm(wrong)).to.throw(MillraceError);
    expect(() => parseRate("1")).to.throw(/no unit/);
    expect(() => parseHex("0x12", "hash", 32)).to.throw(/malformed/);
  });

  it("should count epochs and slots as the contracts do", () => {
    const clock = new EpochClock({ genesisAt: 100n, epochSeconds: 40n, slotsPerEpoch: 20n });
    expect([clock.epochAt(99), clock.epochAt(100), clock.epochAt(139), clock.epochAt(140)]).to.deep.equal([
      -1, 0, 0, 1,
    ]);
    expect([clock.slotAt(100), clock.slotAt(139), clock.slotStart(1, 3)]).to.deep.equal([0, 19, 146]);
  });
});

/** What it throws; nothing if it does not. */
function messageOf(run: () => unknown): string {
  try {
    run();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("sdk config", () => {
  const schema = z.object({ rpcUrl: z.url(), port: z.coerce.number().int(), peers: z.array(z.string()).default([]) });
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "millrace-config-"))));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("should let the environment beat the file, and overrides both", () => {
    const file = join(folder, "config.yaml");
    writeFileSync(file, "rpcUrl: http://a\nport: 1\n");
    const environment = { X_PORT: "2", X_PEERS: '["b"]' };
    const config = loadConfig(schema, { name: "x", file, prefix: "X", environment, overrides: { rpcUrl: "http://c" } });
    expect(config).to.deep.equal({ rpcUrl: "http://c", port: 2, peers: ["b"] });
  });

  it("should take a variable that is empty for one that is not set", () => {
    writeFileSync(join(folder, ".env"), "MILLRACE_TEST_EMPTY=\nMILLRACE_TEST_FULL=1\n");
    const environment = readEnvironment(folder);
    expect(environment).to.not.have.property("MILLRACE_TEST_EMPTY");
    expect(environment["MILLRACE_TEST_FULL"]).to.equal("1");
  });

  it("should name every bad field at once", () => {
    const bad = (): unknown => loadConfig(schema, { name: "x", overrides: { port: "no" } });
    expect(bad).to.throw(/rpcUrl: .*; port: /);
    expect(() => loadConfig(schema, { name: "x", file: join(folder, "none.json") })).to.throw(/is missing/);
  });

  it("should say in words of its own what each setting must be, and never repeat a value", () => {
    const all = z.object({
      many: z.array(z.url()).min(1),
      much: z.coerce.number().int().min(1).max(5),
      more: z.number().positive(),
      most: z.number().max(5),
      is: z.stringbool().or(z.boolean()),
      level: z.enum(["low", "high"]),
      text: z.string().min(1),
      name: z.string().max(3),
      form: z.string().regex(/^a$/, "must be an a"),
      rate: z.string().transform(parsed(parseRate)),
      inner: z.object({ port: z.coerce.number() }).prefault({ port: 1 }),
      gone: z.string(),
    });
    const overrides = {
      ...{ many: [], much: 1.5, more: 0, most: 6, is: "yup", level: "mid", text: "", name: "secret" },
    };
    const bad = { ...overrides, form: "b", rate: "0.5", inner: { port: "secret" } };
    const sentences = [
      "many: must have at least 1 of them",
      "much: must be a whole number",
      "more: must be more than 0",
      "most: must be at most 5",
      "is: must be true or false",
      "level: must be low or high",
      "text: must not be empty",
      "name: must have at most 3 characters",
      "form: must be an a",
      'rate: The rate "0.5" has no unit',
      "inner.port: must be a number",
      "gone: is missing, and must be text",
    ];
    const message = messageOf(() => loadConfig(all, { name: "x", overrides: bad }));
    for (const sentence of sentences) expect(message).to.include(sentence);
    expect(message).not.to.match(/Invalid|expected|received|secret/);
    expect(messageOf(() => loadConfig(schema, { name: "x", overrides: { port: 1 } }))).to.include("rpcUrl: is missing");
  });

  it("should refuse what is misspelt in an object, too, and in a list of them", () => {
    const policy = z.object({ accept: z.boolean().default(true) }).prefault({});
    const nested = z.object({ policy, makers: z.array(z.object({ name: z.string() })).default([]) });
    const read = (overrides: object): string =>
      messageOf(() => loadConfig(nested, { name: "x", overrides: { ...overrides } }));
    expect(read({ policy: { acept: false } })).to.include("policy.acept: there is no such setting (accept?)");
    expect(read({ makers: [{ name: "a" }, { name: "b", x: 1 }] })).to.include("makers.1.x: there is no such setting");
    expect(read({ policy: { accept: false }, makers: [{ name: "a" }] })).to.equal("");
  });

  it("should refuse a setting that there is not, and guess which was meant", () => {
    const file = join(folder, "typo.json");
    for (const [typo, meant] of [
      ["rpcURL", " (rpcUrl?)"],
      ["pers", " (peers?)"],
      ["peersx", " (peers?)"],
      ["poort", " (port?)"],
      ["past", ""],
      ["nothing", ""],
    ] as const) {
      writeFileSync(file, JSON.stringify({ rpcUrl: "http://a", port: 1, [typo]: 2 }));
      expect(() => loadConfig(schema, { name: "x", file }), typo).to.throw(
        `${typo}: there is no such setting${meant}.`,
      );
    }
  });

  it("should say that a chain has no deployment, or a damaged record", () => {
    expect(() => loadDeployment(5, folder)).to.throw(/not deployed on chain 5/);
    mkdirSync(join(folder, "7"));
    writeFileSync(join(folder, "7", "deployment.json"), '{ "chainId": 7, "name": "x", "feeds": "none" }');
    expect(() => loadDeployment(7, folder)).to.throw(
      /is damaged: deployedAtBlock must be a number; governor must be text; .*kernels must be an object; feeds must be a list; /,
    );
  });
});

describe("sdk shutdown", () => {
  it("should clean up once, last first, and report a failure", async () => {
    const order: string[] = [];
    const shutdown = new Shutdown({ deadlineMs: 1_000 });
    shutdown.add("first", () => void order.push("first"));
    shutdown.add("second", () => {
      order.push("second");
      throw new Error("stuck");
    });
    const [one, two] = await Promise.all([shutdown.run("a"), shutdown.run("b")]);
    expect(order).to.deep.equal(["second", "first"]);
    expect([one, two]).to.deep.equal([false, false]);
    expect(shutdown.signal.aborted).to.be.true;
  });

  it("should end at once with a second signal, and take one that comes twice for one", async () => {
    const [exits, listeners] = [[] as number[], new Map<string, () => void>()];
    let nowMs = 0;
    let cleaned: () => void = () => undefined;
    const host = {
      on: (signal: string, listener: () => void) => listeners.set(signal, listener),
      exit: (code: number) => void exits.push(code),
    };
    const shutdown = new Shutdown({ deadlineMs: 60_000, host, nowMs: () => nowMs });
    shutdown.add("slow", () => new Promise<void>((resolve) => (cleaned = resolve)));
    shutdown.listen();
    const signal = (name: string, atMs: number): void => {
      nowMs = atMs;
      listeners.get(name)?.();
    };
    // From the terminal, and from npm.
    signal("SIGINT", 0);
    signal("SIGINT", 1);
    expect(exits).to.deep.equal([]);
    signal("SIGINT", 2_000);
    signal("SIGTERM", 3_000);
    expect(exits).to.deep.equal([130, 143]);
    cleaned();
    await shutdown.run("again");
    await Promise.resolve();
    expect(exits).to.deep.equal([130, 143, 0]);
  });

  it("should give up at its deadline", async () => {
    const shutdown = new Shutdown({ deadlineMs: 20 });
    shutdown.add("endless", () => new Promise(() => undefined));
    expect(await shutdown.run("late")).to.be.false;
  });
});
