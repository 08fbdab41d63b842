import { text, type Database } from "@millrace/sdk/database";
import type { SignedHeartbeat } from "@millrace/uptime-tree/format";

import { HeardSlot } from "./HeardSlot.js";
import { fromHeartbeatJson, toHeartbeatJson } from "./heartbeatJson.js";
import type { StatementStore } from "./StatementStore.js";

/** Tables of what was heard in slots. */
export const SLOT_SCHEMA = `
  CREATE TABLE IF NOT EXISTS heartbeats (
    id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, slot INTEGER NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
    nodes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS heartbeats_by_slot ON heartbeats (epoch, slot, id);
  CREATE TABLE IF NOT EXISTS slots (
    epoch INTEGER NOT NULL, slot INTEGER NOT NULL, nodes BLOB NOT NULL, PRIMARY KEY (epoch, slot)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS silences (
    epoch INTEGER NOT NULL, slot INTEGER NOT NULL, nodes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS silences_by_slot ON silences (epoch, slot);
`;

/** A heartbeat as it is kept, with the nodes for which it counts. */
export interface KeptHeartbeat {
  readonly hash: string;
  readonly heartbeat: SignedHeartbeat;
  readonly nodeIds: readonly bigint[];
}

/** What a member has heard of nodes, slot by slot, and what it took for seen. */
export class SlotStore {
  constructor(
    private readonly db: Database,
    private readonly statements: StatementStore,
  ) {}

  /** Keeps heartbeats, all or none, in the order in which they came. */
  addHeartbeats(heartbeats: readonly KeptHeartbeat[]): void {
    this.db.transaction(() => {
      for (const { hash, heartbeat, nodeIds } of heartbeats) {
        const sql = "INSERT INTO heartbeats (epoch, slot, hash, body, nodes) VALUES (?, ?, ?, ?, ?)";
        this.db.run(sql, heartbeat.epoch, heartbeat.slot, hash, toHeartbeatJson(heartbeat), packIds(nodeIds));
      }
    });
  }

  /** Nodes of a slot and the heartbeat that counts for each. */
  heard(epoch: number, slot: number): HeardSlot {
    const heard = new HeardSlot();
    const sql = "SELECT hash, nodes FROM heartbeats WHERE epoch = ? AND slot = ? ORDER BY id";
    for (const row of this.db.iterate(sql, epoch, slot)) heard.add(text(row["hash"]), unpackIds(row["nodes"]));
    return heard;
  }

  /** Slots of an epoch in which a heartbeat was kept. */
  heardSlots(epoch: number): number[] {
    const rows = this.db.all("SELECT DISTINCT slot FROM heartbeats WHERE epoch = ? ORDER BY slot", epoch);
    return rows.map((row) => Number(row["slot"]));
  }

  /**
   * The heartbeat that counts for a node in a slot, or another one that speaks for it if a hash is named. Two agents can
   * sign the same words, each for its own nodes: the hash is one, and the signature that the chain asks for is not (I7).
   */
  heartbeatOf(epoch: number, slot: number, nodeId: bigint, hash?: string): SignedHeartbeat | undefined {
    const sql =
      "SELECT id, nodes FROM heartbeats WHERE epoch = ?1 AND slot = ?2 AND hash = coalesce(?3, hash) ORDER BY id";
    for (const { id, nodes } of this.db.iterate(sql, epoch, slot, hash ?? null)) {
      if (!unpackIds(nodes).includes(nodeId)) continue;
      const row = this.db.get("SELECT body FROM heartbeats WHERE id = ?", Number(id));
      return fromHeartbeatJson(text(row?.["body"]));
    }
    return undefined;
  }

  /** Closes a slot: from now on these are the nodes that were seen in it. */
  closeSlot(epoch: number, slot: number, nodeIds: ArrayLike<bigint>): void {
    this.db.run("INSERT OR IGNORE INTO slots VALUES (?, ?, ?)", epoch, slot, packIds(nodeIds));
  }

  /** Whether nothing more is seen in a slot: it was closed, or what was seen in its epoch was said. */
  isSlotClosed(epoch: number, slot: number): boolean {
    const sql = "SELECT 1 FROM slots WHERE epoch = ? AND slot = ?";
    return this.db.get(sql, epoch, slot) !== undefined || this.statements.isObserved(epoch);
  }

  /** Notes that nodes did not answer when they were asked. False when their slot is closed: it is too late then. */
  noteSilence(epoch: number, slot: number, nodeIds: readonly bigint[]): boolean {
    if (this.isSlotClosed(epoch, slot)) return false;
    this.db.run("INSERT INTO silences VALUES (?, ?, ?)", epoch, slot, packIds(nodeIds));
    return true;
  }

  /** Nodes that did not answer in a slot. */
  silent(epoch: number, slot: number): Set<bigint> {
    const rows = this.db.all("SELECT nodes FROM silences WHERE epoch = ? AND slot = ?", epoch, slot);
    return new Set(rows.flatMap((row) => [...unpackIds(row["nodes"])]));
  }

  /** Nodes that were seen in a slot, ascending; undefined while it is not closed. */
  seenIn(epoch: number, slot: number): BigUint64Array | undefined {
    const row = this.db.get("SELECT nodes FROM slots WHERE epoch = ? AND slot = ?", epoch, slot);
    return row === undefined ? undefined : unpackIds(row["nodes"]);
  }

  /** Forgets epochs before one. */
  prune(beforeEpoch: number): void {
    for (const table of ["heartbeats", "slots", "silences"])
      this.db.run(`DELETE FROM ${table} WHERE epoch < ?`, beforeEpoch);
  }
}

/** Node ids in 8 bytes each. */
function packIds(nodeIds: ArrayLike<bigint>): Uint8Array {
  const bytes = new Uint8Array(8 * nodeIds.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < nodeIds.length; i++) view.setBigUint64(8 * i, nodeIds[i] ?? 0n);
  return bytes;
}

function unpackIds(column: unknown): BigUint64Array {
  const bytes = column as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nodeIds = new BigUint64Array(bytes.length / 8);
  for (let i = 0; i < nodeIds.length; i++) nodeIds[i] = view.getBigUint64(8 * i);
  return nodeIds;
}
