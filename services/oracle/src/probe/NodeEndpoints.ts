import type { Log, Provider } from "ethers";

import { decodeError, type Contracts, type Logger } from "@millrace/sdk";

import type { ChainFacts } from "../chain/ChainFacts.js";
import { DutyStore } from "../duties/DutyStore.js";
import { EventReader } from "../duties/EventReader.js";
import { text, type Database } from "@millrace/sdk/database";

/** Table of where nodes answer. */
export const ENDPOINT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS endpoints (node TEXT PRIMARY KEY, url TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What an index of endpoints works with. */
export interface NodeEndpointsParts {
  readonly provider: Provider;
  readonly contracts: Pick<Contracts, "nodes">;
  readonly facts: Pick<ChainFacts, "finalNumber">;
  readonly db: Database;
  /** Address of the registry. */
  readonly registry: string;
  readonly fromBlock: number;
  readonly logger: Logger;
}

/** Where nodes answer, as the registry's events say. */
export class NodeEndpoints {
  private readonly events: EventReader;
  private under: Promise<void> | undefined;

  constructor(private readonly parts: NodeEndpointsParts) {
    const { provider, contracts, db, registry: address, fromBlock } = parts;
    const topics = [contracts.nodes.filters.NodeAdded, contracts.nodes.filters.DetailsChanged].map(
      (filter) => filter.fragment.topicHash,
    );
    this.events = new EventReader({ provider, store: new DutyStore(db), name: "nodes", address, topics, fromBlock });
  }

  /**
   * Begins to read what is new up to a block, unless that is still under way. Never rejects: providers fill these events,
   * and must not keep this member from what it saw, however many they are.
   */
  begin(latest: number): void {
    this.under ??= this.read(latest)
      .catch((error: unknown) => {
        this.parts.logger.warn({ message: decodeError(error).message }, "where nodes answer could not be read");
      })
      .finally(() => {
        this.under = undefined;
      });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.under;
  }

  private async read(latest: number): Promise<void> {
    await this.events.read(latest, await this.parts.facts.finalNumber(), (log) => {
      this.take(log);
    });
  }

  /** Where a node answers; empty if nowhere. */
  of(nodeId: bigint): string {
    const url = this.parts.db.get("SELECT url FROM endpoints WHERE node = ?", String(nodeId))?.["url"];
    return url === undefined ? "" : text(url);
  }

  private take(log: Log): void {
    const parsed = this.parts.contracts.nodes.interface.parseLog(log);
    if (parsed === null) return;
    const args = parsed.args as unknown as { readonly nodeId: bigint; readonly details: { readonly endpoint: string } };
    const sql = "INSERT OR REPLACE INTO endpoints VALUES (?, ?)";
    this.parts.db.run(sql, String(args.nodeId), args.details.endpoint);
  }
}
