import type { Session } from "../lib/Session.js";
import { partOf, type PartValues } from "./partOf.js";
import { postedReport } from "./postedReport.js";

/** Voids a report of which a demanded part was not shown. */
export default async function voidMissing(session: Session, values: PartValues): Promise<void> {
  const { contracts } = await session.protocol();
  const { part, index, name } = partOf(values);
  const { epoch, report } = await postedReport(session, values.epoch);
  const sent = await session.execute({
    title: `Void the report of epoch ${epoch}, as ${name} was not shown`,
    facts: [["fee", "back to whoever demanded it"]],
    steps: [
      {
        label: "voidMissing",
        request: await contracts.challenges.voidMissing.populateTransaction(report, part, index),
      },
    ],
  });
  if (sent === undefined) return;
  session.output.result({ epoch, part: name, transaction: sent.last.hash }, `The report of epoch ${epoch} is void.`);
}
