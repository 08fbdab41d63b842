import { hexlify } from "ethers";

import { DATA_CHUNK_BYTES } from "@millrace/uptime-tree/format";

import type { Session } from "../lib/Session.js";
import { readDataFile } from "./dataFile.js";
import { LEAF, partOf, type PartValues } from "./partOf.js";
import { postedReport } from "./postedReport.js";

/** Shows a part of a report's data that somebody demanded. */
export default async function show(session: Session, values: PartValues & { readonly file: string }): Promise<void> {
  const { challenges } = (await session.protocol()).contracts;
  const { part, index, name } = partOf(values);
  const { epoch, report, reportHash } = await postedReport(session, values.epoch);
  const { leaves, tree, data } = await readDataFile(values.file, reportHash);
  const exists = index * DATA_CHUNK_BYTES < data.length;
  const [chunk, proof] = part !== LEAF && exists ? [hexlify(data.chunk(index)), data.proof(index)] : ["0x", []];
  const request =
    part === LEAF
      ? await challenges.showLeaf.populateTransaction(report, leaves.leaf(index), tree.proof(index))
      : await challenges.showChunk.populateTransaction(report, index, data.length, data.chunksRoot, chunk, proof);
  const sent = await session.execute({
    title: `Show ${name} of the report of epoch ${epoch}`,
    facts: [["result", "the fee of the demand is yours"]],
    steps: [{ label: part === LEAF ? "showLeaf" : "showChunk", request }],
  });
  if (sent === undefined) return;
  session.output.result({ epoch, part: name, transaction: sent.last.hash }, `Shown: ${name} of epoch ${epoch}.`);
}
