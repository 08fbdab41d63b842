import type { Cast } from "./cast.js";

/** Ports of the services. The chain's is an option. */
export const PORTS = {
  attestor: (index: number): number => 8_601 + index,
  agent: (index: number): number => 8_611 + index,
  watcher: 8_621,
  bundles: 8_631,
} as const;

export const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/** Every port that the services of a cast take. */
export function servicePorts({ attestors, providers }: Cast): number[] {
  const each = [...attestors.map((_, i) => PORTS.attestor(i)), ...providers.map((_, i) => PORTS.agent(i))];
  return [...each, PORTS.watcher, PORTS.bundles];
}
