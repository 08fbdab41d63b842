import { serveBundles } from "@millrace/jobs";
import { MillraceError, Shutdown } from "@millrace/sdk";

import { parseWhole } from "../lib/inputs.js";
import type { Session } from "../lib/Session.js";
import { serveResults } from "./serveResults.js";

interface Values {
  readonly bundles: string | undefined;
  readonly results: string | undefined;
  readonly host: string;
  readonly port: string;
}

export default async function serve(session: Session, { bundles, results, host, port: given }: Values): Promise<void> {
  const port = parseWhole(given, "--port", 65_535);
  if ((bundles === undefined) === (results === undefined)) {
    throw new MillraceError("BAD_INPUT", "job serve needs either --bundles or --results.", {
      hint: "A buyer serves bundles, a provider serves results.",
    });
  }
  const { server, url } =
    bundles === undefined
      ? await serveResults({ folder: results ?? "", host, port })
      : await serveBundles({ folder: bundles, host, port });
  session.output.result({ url }, `Serving ${bundles ?? results ?? ""} at ${url}. Ctrl-C ends it.`);
  const shutdown = new Shutdown();
  shutdown.add("server", () => server.close());
  shutdown.listen();
  await new Promise<void>((resolve) => {
    shutdown.signal.addEventListener("abort", () => {
      resolve();
    });
  });
  await shutdown.run("end");
}
