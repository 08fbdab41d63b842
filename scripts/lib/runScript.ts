import type { Command, OptionValues } from "@commander-js/extra-typings";
import { MillraceError } from "@millrace/sdk";

/**
 * Runs an npm script with the options that were given.
 * @param main - gives the exit code, if it is not 0; what it throws is told, with its place if nobody foresaw it
 */
export async function runScript<Options extends OptionValues>(
  script: Command<[], Options>,
  main: (options: Options) => Promise<number | undefined> | Promise<void>,
): Promise<void> {
  script.parse();
  try {
    const code = await main(script.opts());
    if (typeof code === "number") process.exitCode = code;
  } catch (error) {
    const text = error instanceof MillraceError ? error.sentence : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${script.name()}: ${text}\n`);
    process.exitCode = 1;
  }
}
