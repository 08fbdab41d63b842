import { Command } from "@commander-js/extra-typings";

/**
 * An npm script, to which options are added. Whatever it does not know is one sentence on standard error and exit code 1.
 * @param name - as it is typed, `npm run bench`
 * @param about - what it does
 */
export function script(name: string, about: string): Command {
  return new Command(name)
    .description(about)
    .usage("-- [options]")
    .allowExcessArguments(false)
    .helpOption("-h, --help", "this text")
    .configureOutput({
      outputError: (text, write) => {
        const sentence = text.trim().replace(/^error: /, "");
        write(`${name}: ${sentence}${sentence.endsWith(".") ? "" : "."} See --help.\n`);
      },
    });
}
