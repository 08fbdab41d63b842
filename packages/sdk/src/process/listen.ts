import { MillraceError } from "../errors/MillraceError.js";

/** Where a service listens. */
export interface Address {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** What can listen: fastify's servers do. */
export interface Listener {
  listen(address: Address): Promise<string>;
}

/**
 * Lets a server listen.
 * @returns its URL
 * @throws MillraceError PORT_IN_USE, BAD_CONFIG
 */
export async function listen(server: Listener, { host, port }: Address): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new MillraceError("PORT_IN_USE", `Port ${port} of ${host} is in use.`, {
        hint: "Stop what listens there, or set another port.",
        cause,
      });
    }
    throw new MillraceError("BAD_CONFIG", `It cannot listen on port ${port} of ${host} (${code}).`, {
      hint: "Set host to an address of this machine, and port to one that this account may take.",
      cause,
    });
  }
}
