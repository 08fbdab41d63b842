import { z } from "zod";

/**
 * An address that is asked over HTTP. `localhost:8545` is a URL too, of a protocol `localhost:`; and a name and password
 * in an address are refused by `fetch`, with nothing that would tell which address it was.
 */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: "no address that begins with http:// or https://" })
  .refine((url) => !hasName(URL.parse(url)), "a name or password is not sent");

/** What is no address at all has none: that is said of it already. */
function hasName(url: URL | null): boolean {
  return url !== null && (url.username !== "" || url.password !== "");
}
