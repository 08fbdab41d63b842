import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import { expect } from "chai";

import { MAX_JSON_BYTES, readJson, readUpTo } from "@millrace/sdk";

/** Brackets for a hundred times what may be read: as objects they would fill gigabytes. */
const BOMB = gzipSync(`[${"[],".repeat((100 * MAX_JSON_BYTES) / 3)}[]]`);

describe("readUpTo", () => {
  let server: Server;
  let url: string;

  before(async () => {
    server = createServer((request, response) => {
      if (request.url === "/bomb") {
        response.writeHead(200, { "content-encoding": "gzip", "content-type": "application/json" });
        response.end(BOMB);
      } else if (request.url === "/endless") {
        const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
        response.on("close", () => {
          clearInterval(timer);
        });
      } else response.end('{"all":"well"}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const refusal = async (asked: Promise<unknown>): Promise<unknown> =>
    await asked.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("should give what is short enough", async () => {
    expect(await readJson(await fetch(url))).to.deep.equal({ all: "well" });
    expect(await readUpTo(await fetch(url), 14)).to.have.length(14);
    expect(await refusal(readUpTo(await fetch(url), 13).then(() => 0))).to.be.instanceOf(RangeError);
  });

  it("should count a compressed answer as it is unpacked", async () => {
    expect(BOMB.length, "it fits into any limit").to.be.lessThan(MAX_JSON_BYTES / 4);
    expect(await refusal(readJson(await fetch(`${url}/bomb`)))).to.be.instanceOf(RangeError);
  });

  it("should hang up on an answer without an end", async () => {
    expect(await refusal(readUpTo(await fetch(`${url}/endless`), 1_000_000))).to.be.instanceOf(RangeError);
  });
});
