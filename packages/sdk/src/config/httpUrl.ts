import { z } from "zod";

/**
 * An address that is asked over HTTP. `localhost:8545` is a URL too, of a protocol `localhost:`; and a name and password
 * in an address are refused by `fetch`, with nothing that would tell which address it was.
 */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: "no address that begins with http:// or https://" })
  .refine(
    (url) => URL.parse(url)?.username === "" && URL.parse(url)?.password === "",
    "a name or password is not sent",
  );
