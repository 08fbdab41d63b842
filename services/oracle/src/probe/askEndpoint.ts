import { lookup as resolve } from "node:dns";
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
}

/**
 * Gets a short text from a URL that anybody may have written. The address that the name stands for is checked at the
 * moment of the call, redirects are not followed, and no more is read than a signature takes.
 * @throws ForbiddenEndpointError, or whatever the network says
 */
export function askEndpoint(url: URL, { timeoutMs, allowsPrivate }: AskOptions): Promise<string> {
  const isHttp = url.protocol === "http:" || url.protocol === "https:";
  if (!isHttp || url.username !== "" || url.password !== "") {
    throw new ForbiddenEndpointError(`${url.protocol}//${url.host} is no plain address`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !allowsPrivate && !isPublic(host)) throw new ForbiddenEndpointError(`${host} is not public`);
  const lookup: LookupFunction = (name, options, done) => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      const found = error === null ? addresses.filter(({ address }) => allowsPrivate || isPublic(address)) : [];
      const [first] = found;
      if (first !== undefined && options.all === true) done(null, found);
      else if (first !== undefined) done(null, first.address, first.family);
      else done(error ?? new ForbiddenEndpointError(`${name} is not public`), "", 4);
    });
  };
  const ask = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((fulfil, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = ask(url, { lookup, signal, agent: false, headers: { accept: "application/json" } }, (response) => {
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
    });
    request.on("error", reject);
    request.end();
  });
}
