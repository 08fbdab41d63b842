/** Ports of the services. The chain's is an option. */
export const PORTS = {
  attestor: (index: number): number => 8_601 + index,
  agent: (index: number): number => 8_611 + index,
  watcher: 8_621,
  bundles: 8_631,
} as const;

export const urlOf = (port: number): string => `http://127.0.0.1:${port}`;
