/** What others need of the attestors: clients of their HTTP interface. */

export { collectReport, type CollectedReport } from "./client/collectReport.js";
export { fetchLeaf } from "./client/fetchLeaf.js";
export { PeerClient, PeerError } from "./http/PeerClient.js";
export type { Health } from "./http/schemas.js";
