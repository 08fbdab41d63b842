import { readFileSync } from "node:fs";

import { expect } from "chai";

import { NODE_FLAGS } from "../../scripts/local/nodeFlags.js";

const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  scripts: Record<string, string>;
};

describe("Commands of services", () => {
  for (const [command, folder] of Object.entries({ oracle: "oracle", agent: "node-agent", watcher: "watcher" })) {
    it(`\`npm run ${command}\` tells Node what tests and the demo tell it`, () => {
      // In place of the shell, which would end with a signal that npm passes on, and leave the service running.
      const start = `exec env node ${NODE_FLAGS.join(" ")} services/${folder}/src/main.ts`;
      expect(scripts[command]?.endsWith(`&& ${start}`), scripts[command]).to.equal(true);
    });
  }
});
