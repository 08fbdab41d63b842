import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { freePort } from "../../scripts/local/freePort.js";
import { CommandLine } from "./CommandLine.js";

const PAGE = new URL("../../docs/walkthrough.md", import.meta.url);

/** Lines of all `sh` blocks of the page, in order. */
function commandsOf(page: string): string[] {
  return [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) => block!.trim().split("\n"));
}

/** Words of a command line; quotes hold words together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

describe("docs/walkthrough.md", function () {
  this.timeout(1_800_000);
  let cli: CommandLine;

  before(async () => (cli = await CommandLine.create()));
  after(() => cli.dispose());

  it("should work as it stands, block by block", async () => {
    const [bundlePort, resultPort] = [await freePort(), await freePort()];
    const page = readFileSync(PAGE, "utf8")
      .replaceAll("data/walkthrough", cli.folder)
      .replaceAll("7001", `${resultPort}`)
      .replaceAll("--port 7000", `--port ${bundlePort}`)
      .replaceAll("job open ", `job open --url http://127.0.0.1:${bundlePort} `);
    const commands = commandsOf(page);
    expect(commands).to.have.length.greaterThan(20);
    for (const command of commands) {
      const isBackground = command.endsWith(" &");
      const [npx, hardhat, ...args] = wordsOf(command.replace(/ &$/, ""));
      expect([npx, hardhat], command).to.deep.equal(["npx", "hardhat"]);
      if (command === "npx hardhat node &") await cli.startNode();
      else if (isBackground) await cli.start(args, /^Serving/);
      else {
        const { code, stderr } = await cli.run(args);
        expect(code, `${command}\n${stderr}`).to.equal(0);
        expect(stderr, command).to.equal("");
      }
    }
    const picture = readFileSync(join(cli.folder, "bunny", "frame-1.png"));
    expect(picture.subarray(1, 4).toString()).to.equal("PNG");
    expect(existsSync(join(cli.folder, "results", "1", "1", "body.bin"))).to.be.true;
    const { earned, wallet } = await cli.json("provider", "info", "--provider", "3");
    expect(earned).to.equal("0");
    expect(BigInt(wallet as string) > 3_000n * 10n ** 18n, "the provider was paid in MILL").to.be.true;
  });
});
