import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { AxeResults } from "axe-core";
import { expect } from "chai";
import { id } from "ethers";
import hre from "hardhat";
import { chromium as playwright, type Browser, type Page } from "playwright-core";

import { encodeDataFile, hashReport, type BuiltReport } from "@millrace/uptime-tree/format";

import { madeUpEpoch } from "../../bench/oracle/madeUpEpoch.js";
import { verifyPage } from "../../scripts/lib/verifyPage.js";
import { Evidence } from "../uptime/evidence.js";
import { deployUptime, type UptimeFixture } from "../uptime/uptimeFixture.js";
import { chromium } from "./chromium.js";
import { rpcServer } from "./rpcServer.js";

/** Kept, so that whoever changes the page can look at it. */
const PICTURES = new URL("../../reports/browser/", import.meta.url).pathname;
/** Takes a browser a while: its progress can be watched, and stopped. */
const MANY_NODES = hre.globalOptions.long ? 1_000_000 : 20_000;
const WAIT_MS = hre.globalOptions.long ? 900_000 : 300_000;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A script that acts whenever the page shows a step. */
const onStep = (act: string): string => `{
  const observer = new MutationObserver(() => {
    const step = document.querySelector("li.now span")?.textContent;
    if (step) { ${act} }
  });
  observer.observe(document.getElementById("work"), { subtree: true, attributes: true, childList: true });
}`;

describe("the page that verifies uptime reports, in Chromium", function () {
  this.timeout(WAIT_MS);
  let browser: Browser;
  let page: Page;
  let folder: string;
  let at: UptimeFixture;
  let built: BuiltReport;
  let rpc: { server: Server; url: string };
  const complaints: string[] = [];
  const asked = new Set<string>();
  const fileOf = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const verify = async (path: string, hash = "", endpoint = ""): Promise<string> => {
    await page.getByLabel("Data file of an epoch").setInputFiles(path);
    await page.getByLabel("Root or report hash").fill(hash);
    await page.getByLabel("JSON-RPC endpoint of the chain").fill(endpoint);
    await page.getByRole("button", { name: "Verify" }).click();
    return await verdict();
  };
  const verdict = async (): Promise<string> => {
    const text = await page.locator("#result .verdict").innerText();
    return text.replaceAll(/\s+/g, " ");
  };
  const picture = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  };
  const looksGood = async (name: string): Promise<void> => {
    await picture(name);
    await page.evaluate(`${axe}; 0`);
    const found = (await page.evaluate("axe.run()")) as AxeResults;
    expect(
      found.violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]!.html}`),
      name,
    ).to.deep.equal([]);
    const [inner, outer] = (await page.evaluate("[document.body.scrollWidth, innerWidth]")) as [number, number];
    expect(inner, `${name} is wider than its window`).to.be.at.most(outer);
  };

  before(async function () {
    const executablePath = chromium();
    if (executablePath === undefined) {
      console.log(
        "      No Chromium here, so the page is not tried: apt-get install chromium, or name one in CHROMIUM.",
      );
      this.skip();
    }
    const { ethers, networkHelpers } = await hre.network.create();
    at = await deployUptime(ethers, networkHelpers);
    rpc = await rpcServer(ethers.provider);
    const evidence = await Evidence.of(at);
    const said = await Promise.all(
      [0, 1, 2].map((seat) => evidence.tell(0, seat, { heard: (slot) => (slot < 9 ? evidence.nodeIds : []) })),
    );
    built = await evidence.build(0, said);
    folder = mkdtempSync(join(tmpdir(), "millrace-page-"));
    mkdirSync(PICTURES, { recursive: true });
    writeFileSync(join(folder, "verify.html"), await verifyPage());
    browser = await playwright.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    page = await browser.newPage({ viewport: { width: 1_000, height: 900 } });
    page.setDefaultTimeout(WAIT_MS / 2);
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("request", (request) => asked.add(new URL(request.url()).origin));
    page.on("pageerror", (error) => complaints.push(error.message));
    // From the disk, as somebody opens it who was sent it.
    await page.goto(pathToFileURL(join(folder, "verify.html")).href);
  });

  after(async () => {
    await browser?.close();
    rpc?.server.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("should say that a file is in order when it is compared with nothing, and show all that it gives", async () => {
    await looksGood("empty");
    expect(await verify(fileOf("good.bin", built.bytes))).to.match(/^The file is in order, and compared with nothing/);
    const facts = await page.locator("dl").innerText();
    for (const text of [built.report.root, built.report.evidenceRoot, built.report.dataHash, hashReport(built.report)])
      expect(facts).to.include(text);
    for (const { address } of at.attestors.slice(0, 3)) expect(facts).to.include(address);
    await looksGood("in-order");
  });

  it("should know a root and a report hash that are typed in, and any other", async () => {
    const good = fileOf("good.bin", built.bytes);
    const { root } = built.report;
    expect(await verify(good, root)).to.match(/^The file gives this root/);
    expect(await verify(good, hashReport(built.report).toUpperCase().replace("0X", "0x"))).to.match(
      /^The file gives this report hash/,
    );
    expect(await verify(good, id("another"))).to.match(/^The file gives another report/);
    await looksGood("another");
  });

  it("should compare with what the contract has, through an endpoint", async () => {
    const good = fileOf("good.bin", built.bytes);
    expect(await verify(good, "", rpc.url)).to.match(/^No report of this epoch is on chain/);
    await new Evidence(at, await at.oracle.getAddress()).post(0, built.report);
    expect(await verify(good, "", rpc.url)).to.match(/^This is the report on chain .* It can still be challenged/);
    await at.finalise(0);
    expect(await verify(good, built.report.root, rpc.url)).to.match(/^This is the report on chain .* It is final/);
    await looksGood("on-chain");
    // Another order of nothing but the pot: every signature is good, the report is not the one that was posted.
    const other = built.bytes.slice();
    other[63]! ^= 1;
    expect(await verify(fileOf("other.bin", other), "", rpc.url)).to.match(/^The file gives another report/);
  });

  it("should say so when the endpoint is of no use", async () => {
    const good = fileOf("good.bin", built.bytes);
    expect(await verify(good, "", "http://127.0.0.1:9")).to.match(/the chain could not be asked .* cannot be reached/);
    const wrong = built.bytes.slice();
    wrong[15]! ^= 1;
    // The chain is in what attestors sign.
    expect(await verify(fileOf("chain.bin", wrong), "", rpc.url)).to.match(/is not signed by it/);
    complaints.length = 0; // Chromium itself reports connections that fail.
  });

  it("should refuse garbage with a reason, and what is not filled in before anything runs", async () => {
    const garbage = await verify(fileOf("garbage.bin", new Uint8Array(3_000).fill(7)));
    expect(garbage).to.match(/garbage\.bin: this is no data file of an epoch/);
    await looksGood("garbage");
    expect(await verify(fileOf("short.bin", built.bytes.slice(0, -1)))).to.match(/short\.bin: the file has \d+ bytes/);
    expect(await verify(fileOf("empty.bin", new Uint8Array()))).to.match(/no data file/);
    await page.getByLabel("Root or report hash").fill("0x12");
    await page.getByLabel("JSON-RPC endpoint of the chain").fill("nowhere");
    await page.getByRole("button", { name: "Verify" }).click();
    expect(await page.locator("#hash-error").innerText()).to.match(/This is no hash/);
    expect(await page.locator("#rpc-error").innerText()).to.match(/no address of an endpoint/);
    expect(await page.evaluate("document.activeElement.id")).to.equal("hash");
    await picture("refused");
    await page.reload();
    await page.getByRole("button", { name: "Verify" }).click();
    expect(await page.locator("#form-error").innerText()).to.equal("Choose one data file first.");
  });

  it("should take a file that is dropped", async () => {
    const data = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(${JSON.stringify([...built.bytes])})], "dropped.bin"));
      return transfer;
    })()`);
    await page.dispatchEvent("body", "drop", { dataTransfer: data });
    expect(await verdict()).to.match(/^The file is in order/);
  });

  it(`should verify ${MANY_NODES.toLocaleString("en")} nodes without standing still, and stop when told to`, async () => {
    const file = await madeUpEpoch(MANY_NODES);
    const path = fileOf("many.bin", encodeDataFile(file));
    await page.getByLabel("Data file of an epoch").setInputFiles(path);
    // In the page, by the first step that is shown: from here, a click may come when all is done.
    await page.evaluate(onStep("document.getElementById('stop').click(); observer.disconnect();"));
    await page.getByRole("button", { name: "Verify" }).click();
    await page.locator("#work").waitFor({ state: "hidden" });
    expect(await page.getByRole("button", { name: "Verify" }).isEnabled()).to.equal(true);
    expect(await page.locator("#result .verdict").count()).to.equal(0);

    // The page goes on while the worker works: it shows each step, and its clock has turns.
    await page.evaluate("window.steps = new Set(); window.turns = 0; 0");
    await page.evaluate(onStep("steps.add(step);"));
    await page.evaluate("setInterval(() => { if (!document.getElementById('work').hidden) turns++; }); 0");
    await page.getByRole("button", { name: "Verify" }).click();
    await picture("working");
    await page.locator("#result .verdict").waitFor();
    const [steps, turns] = (await page.evaluate("[[...steps], turns]")) as [string[], number];
    expect(turns).to.be.greaterThan(3);
    expect(steps).to.include("Slots, points and rewards of every node");
    expect(await verdict()).to.match(/^The file is in order/);
    expect(await page.locator("dl").innerText()).to.include(MANY_NODES.toLocaleString("en"));
  });

  it("should fit a narrow window and a dark one", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: "dark" });
    await verify(fileOf("good.bin", built.bytes), built.report.root);
    await looksGood("narrow-and-dark");
  });

  it("should be done by keyboard alone", async () => {
    await page.reload();
    await page.getByLabel("Data file of an epoch").setInputFiles(fileOf("good.bin", built.bytes));
    await page.getByLabel("Data file of an epoch").focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).to.equal("verify");
    await page.keyboard.press("Enter");
    expect(await verdict()).to.match(/^The file is in order/);
  });

  it("should have run without a complaint of the browser, and asked nobody but the endpoint", () => {
    expect(complaints).to.deep.equal([]);
    // Files and the worker have no origin.
    expect([...asked].filter((origin) => origin !== "null" && !origin.startsWith("file:"))).to.have.members([
      "http://127.0.0.1:9",
      rpc.url,
    ]);
  });
});
