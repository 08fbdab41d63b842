/**
 * What Node is told before a service, also by the commands of package.json. A service runs for months: its memory must
 * stay near what it uses, not reach what an idle machine would allow. By default the young generation takes up to
 * 128 MiB, and the old one twice what is alive, before they are collected.
 */
export const NODE_FLAGS: readonly string[] = [
  "--max-semi-space-size=8",
  "--heap-growing-percent=20",
  // Not through tsx's own command: it passes signals on that the process gets from its group as well.
  "--import=tsx",
];
