import { createServer, type Server } from "node:http";
import { serve } from "../support/serve.js";

/** Serves a chain of the tests over HTTP, as an endpoint does that pages may ask. */
export async function rpcServer(provider: {
  send(method: string, params: unknown[]): Promise<unknown>;
}): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "content-type");
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      if (request.method === "OPTIONS") return response.end();
      const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
      return void provider.send(method, params).then(
        (result: unknown) => response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result })),
        (error: unknown) =>
          response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error: { message: (error as Error).message } })),
      );
    });
  });
  return { server, url: await serve(server) };
}
