import { PeerClient } from "@millrace/oracle";
import { httpUrl, MillraceError } from "@millrace/sdk";

const TIMEOUT_MS = 10_000;

/** Clients of attestors by their URLs, with commas between them. */
export function clientsOf(attestors: string): PeerClient[] {
  return attestors.split(",").map((each) => {
    const { data: url, error } = httpUrl.safeParse(each.trim());
    if (url !== undefined) return new PeerClient(url, TIMEOUT_MS);
    throw new MillraceError("BAD_INPUT", `--attestor names "${each}": ${error.issues[0]?.message ?? "no address"}.`, {
      hint: "Write URLs of attestors with commas between them, such as http://127.0.0.1:4000.",
    });
  });
}
