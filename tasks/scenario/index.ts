import { noun, reading } from "../lib/define.js";

/** A scenario is played by the file of its name in `scenarios/`. */
const scenario = (name: string, file: string, description: string): ReturnType<typeof reading> =>
  reading({
    name,
    description,
    action: async () => {
      const { playScenario } = await import("./playScenario.js");
      return { default: (session) => playScenario(session, file) };
    },
  });

export const scenarioTasks = noun("scenario", "Plays a story of the protocol on a chain of its own, step by step", [
  scenario(
    "dispute-training",
    "disputeTraining",
    "A training with one corrupted weight update, found and proven on chain",
  ),
  scenario("dispute-render", "disputeRender", "A picture without its shadows, proven wrong by one pixel"),
  scenario("dispute-rv32", "disputeRv32", "A program with one corrupted instruction, found and done again on chain"),
]);
