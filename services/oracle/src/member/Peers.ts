import type { Logger } from "@millrace/sdk";

import { PeerError, type PeerClient } from "../http/PeerClient.js";
import type { Metrics } from "../Metrics.js";

/** Codes of a peer that is no use; any other is a reason why it refuses. */
const AWAY: ReadonlySet<string> = new Set(["BAD_ANSWER", "NO_ANSWER"]);

/** The other members, asked side by side. One that is down or refuses costs the others nothing. */
export class Peers {
  /** Peers that gave no answer when they were asked last. */
  private readonly away = new Set<PeerClient>();

  constructor(
    private readonly clients: readonly PeerClient[],
    private readonly metrics: Pick<Metrics, "peerUp">,
    private readonly logger: Logger,
  ) {}

  /**
   * Answers of those that gave one.
   * @param but who is not asked
   */
  async ask<T>(what: string, request: (client: PeerClient) => Promise<T>, but?: ReadonlySet<PeerClient>): Promise<T[]> {
    const asked = this.clients.filter((client) => !but?.has(client));
    const answers = await Promise.all(asked.map((client) => this.askOne(what, client, request)));
    return answers.flat();
  }

  /** The first answer that passes, asking one after the other. */
  async find<T>(what: string, request: (client: PeerClient) => Promise<T | undefined>): Promise<T | undefined> {
    for (const client of this.clients) {
      const [answer] = await this.askOne(what, client, request);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** Nothing if there is no answer. */
  private async askOne<T>(what: string, client: PeerClient, request: (client: PeerClient) => Promise<T>): Promise<T[]> {
    try {
      const answer = await request(client);
      this.note(client, true);
      return [answer];
    } catch (error) {
      const code = error instanceof PeerError ? error.code : "UNEXPECTED";
      const message = error instanceof Error ? error.message : String(error);
      this.logger.debug({ what, peer: client.url, code, message }, "peer gave no answer");
      this.note(client, !AWAY.has(code));
      return [];
    }
  }

  /** Tells once that a peer goes, and that it is back. */
  private note(client: PeerClient, isThere: boolean): void {
    const peer = client.url;
    this.metrics.peerUp.set({ peer }, isThere ? 1 : 0);
    if (isThere && this.away.delete(client)) this.logger.info({ peer }, "peer answers again");
    if (isThere || this.away.has(client)) return;
    this.away.add(client);
    this.logger.warn({ peer }, "peer does not answer");
  }
}
