import { lookup as resolve } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Addresses that a registry's entry must not make this machine call: itself, its network, its cloud's metadata. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv6");

/** Longest answer that is read. */
const MAX_BYTES = 1_024;

/** Thrown for an endpoint that is not to be called. Nothing was sent. */
export class ForbiddenEndpointError extends Error {
  readonly code = "FORBIDDEN_ENDPOINT";
}

/** Whether an address is of the public internet. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  // An IPv4 address in IPv6 clothes is checked as what it is by the list itself.
  return family !== 0 && !PRIVATE.check(address, family === 4 ? "ipv4" : "ipv6");
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
