import type { Logger } from "@millrace/sdk";

import { PeerError, type PeerClient } from "../http/PeerClient.js";

/** The other members, asked side by side. One that is down or refuses costs the others nothing. */
export class Peers {
  constructor(
    private readonly clients: readonly PeerClient[],
    private readonly logger: Logger,
  ) {}

  /** Answers of those that gave one. */
  async ask<T>(what: string, request: (client: PeerClient) => Promise<T>): Promise<T[]> {
    const answers = await Promise.allSettled(this.clients.map(request));
    return answers.flatMap((answer) => {
      if (answer.status === "fulfilled") return [answer.value];
      this.note(what, answer.reason);
      return [];
    });
  }

  /** The first answer that passes, asking one after the other. */
  async find<T>(what: string, request: (client: PeerClient) => Promise<T | undefined>): Promise<T | undefined> {
    for (const client of this.clients) {
      try {
        const answer = await request(client);
        if (answer !== undefined) return answer;
      } catch (error) {
        this.note(what, error);
      }
    }
    return undefined;
  }

  private note(what: string, error: unknown): void {
    const { url, code } = error instanceof PeerError ? error : { url: "?", code: "UNEXPECTED" };
    const message = error instanceof Error ? error.message : String(error);
    this.logger.debug({ what, peer: url, code, message }, "peer gave no answer");
  }
}
