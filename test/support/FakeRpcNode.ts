import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

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

  constructor(public answer: (request: RpcRequest) => FakeAnswer | Promise<FakeAnswer>) {}

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    const server = createServer((incoming, outgoing) => {
      let body = "";
      incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
      incoming.on("end", () => {
        const request = JSON.parse(body) as RpcRequest;
        this.asked.push(request.method);
        void Promise.resolve(this.answer(request)).then((answer) => {
          if (answer === "hang") return;
          const isRaw = "raw" in answer;
          outgoing.writeHead(isRaw ? (answer.status ?? 200) : 200, { "content-type": "application/json" });
          outgoing.end(isRaw ? answer.raw : JSON.stringify({ jsonrpc: "2.0", id: request.id, ...answer }));
        });
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}
