import type { Scenario } from "../../scenarios/lib/Scenario.js";
import { Story } from "../../scenarios/lib/Story.js";
import type { Session } from "../lib/Session.js";

/** Plays a scenario of `scenarios/`; its page and its pictures go to `reports/<name>/`. */
export async function playScenario(session: Session, file: string): Promise<void> {
  // Scenarios share the parties and the deployment of the tests, which are a TypeScript project of their own.
  const url = new URL(`../../scenarios/${file}.ts`, import.meta.url);
  const { scenario } = (await import(url.href)) as { scenario: Scenario };
  const story = new Story(scenario.name, scenario.title, (line) => {
    session.output.say(line);
  });
  const findings = await scenario.run(session.hre, story);
  const page = story.write();
  session.output.result({ scenario: scenario.name, page, ...findings }, `\nThe story with its pictures: ${page}`);
}
