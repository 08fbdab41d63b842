import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";

import { expect } from "chai";

import { endWhenSlow } from "../../../services/oracle/src/http/endWhenSlow.js";

/** More than the buffers between two sockets hold. */
const LONG = Buffer.alloc(32 * 2 ** 20);
const PATIENCE_MS = 100;

describe("endWhenSlow", () => {
  /** Serves one answer; who asks, and what it is answered with. */
  const serve = async (bytes: number) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const asked = once(server, "request") as Promise<[unknown, ServerResponse]>;
    const reader = connect(port, "127.0.0.1").on("error", () => undefined);
    reader.write("GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
    const [, response] = await asked;
    endWhenSlow(response, bytes, PATIENCE_MS);
    server.close();
    return { reader, response };
  };

  it("should hang up on whoever does not read", async () => {
    const { reader, response } = await serve(0);
    reader.pause();
    response.end(LONG);
    await once(response, "close");
    expect(response.writableFinished).to.equal(false);
    reader.destroy();
  });

  it("should let a long answer take its time", async () => {
    const { reader, response } = await serve(LONG.length);
    response.end(LONG);
    let read = 0;
    reader.on("data", (part) => (read += part.length));
    await once(reader, "end");
    expect(response.writableFinished).to.equal(true);
    expect(read).to.be.above(LONG.length);
  });
});
