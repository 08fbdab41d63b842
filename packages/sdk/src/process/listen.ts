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
 * @throws MillraceError PORT_IN_USE
 */
export async function listen(server: Listener, { host, port }: Address): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    throw new MillraceError("PORT_IN_USE", `Port ${port} of ${host} is in use.`, {
      hint: "Stop what listens there, or set another port.",
      cause,
    });
  }
}
