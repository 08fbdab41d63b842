import { formatCredits, formatMill, formatWad } from "@millrace/sdk";

import { EventBooks } from "./EventBooks.js";
import type { Connection, World } from "./market.js";
import type { Story } from "./Story.js";

/**
 * The end of every market's story: all accounts rebuilt from events, compared with what the contracts keep.
 * @param names - who is who, by address; others are left out of the table, not out of the comparison
 * @throws {BooksDifferError} unless everything agrees to the last unit
 */
export async function closeBooks(
  connection: Connection,
  world: World,
  story: Story,
  names: ReadonlyMap<string, string>,
): Promise<EventBooks> {
  const books = await EventBooks.read(connection, world);
  const figures = await books.check();
  story.chapter("The books, from events alone");
  const rows = [...names].map(([address, name]) => {
    const [credits, stake] = [books.creditsOf(address), books.stakeOf(address)];
    const { free, locked, paid, received } = credits;
    return [
      name,
      ...[free, locked, paid, received, stake.active, stake.bonded, stake.slashed].map((x) => formatWad(x)),
    ];
  });
  story.table(["", "credits free", "locked", "paid", "received", "MILL staked", "bonded", "slashed"], rows);
  story.line(`${books.events.length} events; ${figures.length} figures, each equal to what the contracts keep`);
  story.line(
    `credits paid ${formatCredits(books.delivered)}: as much as the markets saw delivered, fees ${formatCredits(books.fees)}`,
  );
  story.line(
    `MILL: ${formatWad(books.supply)} in circulation + ${formatWad(books.bank)} in the bank + ${formatWad(books.owed)} owed + ` +
      `${formatWad(books.burnedForGood)} burned for good = ${formatWad(books.genesis)} of genesis + ${formatMill(books.emitted)} emitted`,
  );
  return books;
}
