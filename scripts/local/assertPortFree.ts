import { createServer } from "node:net";

import { MillraceError } from "@millrace/sdk";

/** @throws {MillraceError} `PORT_IN_USE`, when something listens on this port of loopback */
export async function assertPortFree(port: number, hint: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once("error", (cause) => {
      reject(new MillraceError("PORT_IN_USE", `Port ${port} is in use.`, { hint, cause }));
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve();
      });
    });
  });
}
