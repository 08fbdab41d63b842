import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";

import { toKebab } from "../../tasks/lib/toKebab.js";
import { millraceTasks } from "../../tasks/index.js";

const ROOT = new URL("../../", import.meta.url);
const PLACES = "{tasks,packages,services,scripts,scenarios,docs,examples}/**/*.{ts,md}";
const SKIPPED = /(^|\/)(node_modules|dist)(\/|$)/;

/** Options of Hardhat itself, which every command takes. */
const GLOBAL = ["help", "network"];

/** The options of every command, by its words. */
const OPTIONS = new Map(
  millraceTasks.map(({ id, ...task }) => {
    const own = "options" in task ? Object.keys(task.options).map(toKebab) : [];
    return [id.join(" "), new Set([...own, ...GLOBAL])] as const;
  }),
);

/** A command that a text names, and the options that it names with it; undefined for those of Hardhat itself. */
function named(text: string): { command: string; options: string[] } | undefined {
  const [noun, verb] = text.split(/[\s.,;:]+/);
  const command = [`${noun} ${verb}`, noun].find((words) => OPTIONS.has(words));
  if (command === undefined) return undefined;
  return { command, options: [...text.matchAll(/(?<=\s--)[a-z-]+/g)].map(([option]) => option) };
}

describe("Commands that texts name", function () {
  it("take the options that are named with them", function () {
    const files = globSync(PLACES, { cwd: ROOT, exclude: (name) => SKIPPED.test(name) });
    const found = files.flatMap((file) =>
      [...readFileSync(new URL(file, ROOT), "utf8").matchAll(/npx hardhat ([^`"()|;\n]+)/g)].flatMap(([, text]) => {
        const command = named(text.replaceAll(/\$\{[^}]*\}/g, " "));
        return command === undefined ? [] : [{ file, ...command }];
      }),
    );
    expect(found.length).to.be.greaterThan(100);
    expect(found.filter(({ options }) => options.length > 0).length).to.be.greaterThan(20);
    const wrong = found.flatMap(({ file, command, options }) =>
      options
        .filter((option) => OPTIONS.get(command)?.has(option) !== true)
        .map((option) => `${file}: ${command} has no --${option}`),
    );
    expect(wrong).to.deep.equal([]);
  });
});
