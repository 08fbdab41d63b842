import { createServer, type Server } from "node:http";
import { gzipSync } from "node:zlib";

import { expect } from "chai";

import { MAX_JSON_BYTES, readUpTo } from "@millrace/sdk";
import { serve } from "../../support/serve.js";

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
    url = await serve(server);
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
    expect(Buffer.from(await readUpTo(await fetch(url), 14)).toString()).to.equal('{"all":"well"}');
    expect(await refusal(readUpTo(await fetch(url), 13).then(() => 0))).to.be.instanceOf(RangeError);
  });

  it("should count a compressed answer as it is unpacked", async () => {
    expect(BOMB.length, "it fits into any limit").to.be.lessThan(MAX_JSON_BYTES / 4);
    expect(await refusal(readUpTo(await fetch(`${url}/bomb`), MAX_JSON_BYTES))).to.be.instanceOf(RangeError);
  });

  it("should hang up on an answer without an end", async () => {
    expect(await refusal(readUpTo(await fetch(`${url}/endless`), 1_000_000))).to.be.instanceOf(RangeError);
  });
});
