import { accountAddress } from "../lib/accountAddress.js";
import { keyConsent } from "../lib/keyConsent.js";
import type { Session } from "../lib/Session.js";
import { agentConsent, consentCommand } from "./agentConsent.js";
import { existingNode } from "./existingNode.js";

interface Values {
  readonly node: string;
  readonly agent: string;
  readonly consent: string | undefined;
}

export default async function agent(session: Session, values: Values): Promise<void> {
  const { contracts, epochs, now } = await session.protocol();
  const { nodeId, provider } = await existingNode(session, values.node);
  const wanted = await accountAddress(session, values.agent);
  const signature = await keyConsent(session, {
    key: wanted,
    given: values.consent,
    consent: await agentConsent(session, provider, wanted),
    command: consentCommand(provider),
  });
  const before = await contracts.nodes.agentOf(nodeId);
  const sent = await session.execute({
    title: `Let node ${nodeId} speak through ${wanted}`,
    facts: [
      ["agent", `${before} → ${wanted}`],
      ["begins with", `epoch ${epochs.epochAt(await now()) + 1}; keep the old agent running until then`],
    ],
    steps: [
      {
        label: "rotateAgent",
        request: await contracts.nodes.rotateAgent.populateTransaction(nodeId, wanted, signature),
      },
    ],
  });
  if (sent === undefined) return;
  session.output.result(
    { nodeId, agent: wanted, transaction: sent.last.hash },
    `Node ${nodeId} speaks through ${wanted} from the next epoch on.`,
  );
}
