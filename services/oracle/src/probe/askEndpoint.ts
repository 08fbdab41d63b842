import { lookup as resolve, type LookupAddress } from "node:dns";
import { Resolver } from "node:dns/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Addresses that a registry's entry must not make this machine call: itself, its network, its cloud's metadata. */
const PRIVATE = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // One provider of machines has their metadata at a public address.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  PRIVATE.ipv4.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  // All but 2000::/3, which alone is handed out: among the rest are this machine, its links, and IPv4 in many clothes.
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  // Within it: special purposes (Teredo is IPv4 again), documentation, 6to4.
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  PRIVATE.ipv6.addSubnet(network, prefix, "ipv6");

/** Longest answer that is read. */
const MAX_BYTES = 1_024;

/** Thrown for an endpoint that is not to be called. Nothing was sent. */
export class ForbiddenEndpointError extends Error {
  readonly code = "FORBIDDEN_ENDPOINT";
}

/** Whether an address is of the public internet. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  return !PRIVATE[type].check(address, type);
}

/** How an endpoint is asked. */
export interface AskOptions {
  readonly timeoutMs: number;
  /** Whether addresses of this machine and its network may be called: on local chains only. */
  readonly allowsPrivate: boolean;
  /** Name servers to ask, those of this machine if left out. */
  readonly nameServers?: readonly string[];
}

/**
 * Gets a short text from a URL that anybody may have written. The address that the name stands for is checked at the
 * moment of the call, redirects are not followed, and no more is read than a signature takes.
 * @throws ForbiddenEndpointError, or whatever the network says
 */
export function askEndpoint(url: URL, { timeoutMs, allowsPrivate, nameServers }: AskOptions): Promise<string> {
  const isHttp = url.protocol === "http:" || url.protocol === "https:";
  if (!isHttp || url.username !== "" || url.password !== "") {
    throw new ForbiddenEndpointError(`${url.protocol}//${url.host} is no plain address`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isHere = /^(.*\.)?localhost\.?$/.test(host) || (isIP(host) !== 0 && !isPublic(host));
  if (isHere && !allowsPrivate) throw new ForbiddenEndpointError(`${host} is not public`);
  const lookup: LookupFunction = (name, options, done) => {
    publicAddresses(name, timeoutMs / 2, nameServers).then(
      (found) => {
        const [first] = found;
        if (first === undefined) done(new ForbiddenEndpointError(`${name} is not public`), "", 4);
        else if (options.all === true) done(null, found);
        else done(null, first.address, first.family);
      },
      (error: unknown) => {
        done(error as Error, "", 4);
      },
    );
  };
  const ask = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((fulfil, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = ask(
      url,
      { lookup: allowsPrivate ? resolve : lookup, signal, agent: false, headers: { accept: "application/json" } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > MAX_BYTES) request.destroy(new Error("the answer is too long"));
        });
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode === 200) fulfil(text);
          else reject(new Error(`answered with status ${response.statusCode ?? 0}`));
        });
      },
    );
    request.on("error", reject);
    request.end();
  });
}

/**
 * Public addresses of a name, none if all that it has are private. The name servers are asked from here: the system's own
 * look-up takes one of two threads, in which all names of this process are looked up, those of the chain's nodes too,
 * for as long as a name server lets it wait.
 */
async function publicAddresses(
  name: string,
  timeoutMs: number,
  nameServers: readonly string[] | undefined,
): Promise<LookupAddress[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  if (nameServers !== undefined) resolver.setServers(nameServers);
  const answers = await Promise.allSettled([
    resolver.resolve4(name).then((all) => all.map((address) => ({ address, family: 4 }))),
    resolver.resolve6(name).then((all) => all.map((address) => ({ address, family: 6 }))),
  ]);
  const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const [failed] = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as Error] : []));
  if (found.length === 0 && failed !== undefined) throw failed;
  return found.filter(({ address }) => isPublic(address));
}
