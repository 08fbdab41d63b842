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
  scenario("market-lease", "marketLease", "A lease from its order to the last refund, and a provider that goes dark"),
  scenario(
    "market-frames",
    "marketFrames",
    "A film in frames: approved, rejected, left to silence, and one decided by the chain",
  ),
  scenario(
    "market-cluster",
    "marketCluster",
    "A cluster over several networks, all of it or none, and one supplier that is not there",
  ),
  scenario(
    "market-promised-uptime",
    "marketPromisedUptime",
    "A promised uptime that is broken, and two attestors who said that it was kept",
  ),
]);
