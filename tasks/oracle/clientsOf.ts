import { PeerClient } from "@millrace/oracle";
import { MillraceError } from "@millrace/sdk";

const TIMEOUT_MS = 10_000;

/** Clients of attestors by their URLs, with commas between them. */
export function clientsOf(attestors: string): PeerClient[] {
  return attestors.split(",").map((url) => {
    if (URL.canParse(url)) return new PeerClient(url, TIMEOUT_MS);
    throw new MillraceError("BAD_INPUT", `--attestor names "${url}", which is not a URL.`, {
      hint: "Write URLs of attestors with commas between them, such as http://127.0.0.1:4000.",
    });
  });
}
