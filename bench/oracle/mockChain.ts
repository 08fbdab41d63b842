import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A node of a chain that answers calls of `readMany` with as many bytes as they would return, and nothing else truly: a
 * process of its own, so that its time is not counted. Prints its URL.
 */
const RETURN = /5b5063([0-9a-f]{8})610300f3/;
const answers = new Map<number, string>();

createServer((incoming, outgoing) => {
  let body = "";
  incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
  incoming.on("end", () => {
    const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: { data?: string }[] };
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(JSON.stringify({ jsonrpc: "2.0", id, result: resultOf(method, params[0]?.data ?? "") }));
  });
}).listen(0, "127.0.0.1", function (this: ReturnType<typeof createServer>) {
  process.stdout.write(`http://127.0.0.1:${(this.address() as AddressInfo).port}\n`);
});

function resultOf(method: string, data: string): string {
  if (method === "eth_chainId") return "0x7a69";
  if (method === "eth_blockNumber") return "0x10";
  const size = RETURN.exec(data)?.[1];
  // A number, as the weight of a class is.
  if (size === undefined) return `0x${"1".padStart(64, "0")}`;
  const bytes = Number.parseInt(size, 16);
  const known = answers.get(bytes) ?? `0x00${"01".repeat(bytes - 1)}`;
  answers.set(bytes, known);
  return known;
}
