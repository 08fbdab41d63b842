// Plain JavaScript without dependencies: part of the bootstrap.

const OS = { darwin: "darwin", linux: "linux", win32: "win32" };
const CPU = { arm64: "arm64", x64: "x64", amd64: "x64" };
const LIBC = { gnu: "glibc", musl: "musl" };

/**
 * Adds to a lockfile the native packages of other platforms that npm left out.
 *
 * npm does so when the registry in use does not serve them; afterwards `npm ci` finds that the lockfile lacks them and
 * refuses it. Which platform a package is for is read from its name, as in `edr-linux-arm64-musl`.
 *
 * @returns {string[]} names of the packages added
 */
export function completeLockfile(lock) {
  const added = [];
  for (const parent of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (lock.packages[path] !== undefined || !/^\d/.test(version)) continue;
      lock.packages[path] = { version, ...platformOf(name), ...(parent.dev === true && { dev: true }), optional: true };
      added.push(name);
    }
  }
  const { "": root, ...rest } = lock.packages;
  const sorted = Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, "en"));
  lock.packages = { "": root, ...Object.fromEntries(sorted) };
  return added;
}

function platformOf(name) {
  const words = name.split("/").at(-1)?.split("-") ?? [];
  const pick = (table) => words.flatMap((word) => table[word] ?? []);
  const entries = Object.entries({ os: pick(OS), cpu: pick(CPU), libc: pick(LIBC) });
  return Object.fromEntries(entries.filter(([, values]) => values.length > 0));
}
