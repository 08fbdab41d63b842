import { createServer, type Server } from "node:http";

import { serve } from "./serve.js";

/** What a node is asked. */
export interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A result, or what else a broken node sends. */
export type FakeAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
  | { readonly raw: string; readonly status?: number }
  | "hang";

/** An HTTP server that answers JSON-RPC as a test says: honestly, or not. */
export class FakeRpcNode {
  /** Methods that were asked for. */
  readonly asked: string[] = [];
  #server: Server | undefined;
  #url = "";

  constructor(public answer: (request: RpcRequest) => FakeAnswer | Promise<FakeAnswer>) {}

  get url(): string {
    return this.#url;
  }

  async start(): Promise<this> {
    const server = createServer((incoming, outgoing) => {
      let body = "";
      incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
      incoming.on("end", () => {
        void this.#respond(JSON.parse(body) as RpcRequest | RpcRequest[]).then((response) => {
          if (response === undefined) return;
          outgoing.writeHead(response.status ?? 200, { "content-type": "application/json" });
          outgoing.end(response.raw);
        });
      });
    });
    this.#server = server;
    this.#url = await serve(server);
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** The answer to a request or to several at once; none if it hangs. */
  async #respond(asked: RpcRequest | RpcRequest[]): Promise<{ raw: string; status?: number } | undefined> {
    const bodies: object[] = [];
    for (const request of [asked].flat()) {
      this.asked.push(request.method);
      const answer = await this.#answerTo(request);
      if (answer === "hang") return undefined;
      if ("raw" in answer) return answer;
      bodies.push({ jsonrpc: "2.0", id: request.id, ...answer });
    }
    return { raw: JSON.stringify(Array.isArray(asked) ? bodies : bodies[0]) };
  }

  /** What fails behind it is an error that it gives. */
  async #answerTo(request: RpcRequest): Promise<FakeAnswer> {
    try {
      return await this.answer(request);
    } catch (error) {
      return { error: { code: -32_603, message: (error as Error).message } };
    }
  }
}
