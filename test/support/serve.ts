import type { AddressInfo, Server } from "node:net";

/** Lets a server listen at a free port of this machine. @returns the address to ask it at */
export async function serve(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
