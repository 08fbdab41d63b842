/**
 * URLs of the nodes that a config names, each node once: one that is named twice, if with a slash or a port more, would
 * agree with itself.
 */
export function nodesOf({
  rpcUrl,
  rpcUrls,
}: {
  readonly rpcUrl: string;
  readonly rpcUrls: readonly string[];
}): readonly string[] {
  const nodes = new Map<string, string>();
  for (const url of [rpcUrl, ...rpcUrls]) {
    const { href } = new URL(url);
    if (!nodes.has(href)) nodes.set(href, url);
  }
  return [...nodes.values()];
}
