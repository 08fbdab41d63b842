import { expect } from "chai";
import { ZeroHash, type Log, type Provider } from "ethers";

import { NodeEndpoints, type NodeEndpointsParts } from "../../../services/oracle/src/probe/NodeEndpoints.js";
import { Store } from "../../../services/oracle/src/store/Store.js";
import { NodeRegistry__factory } from "../../../typechain-types/index.js";

describe("NodeEndpoints", () => {
  it("should read beside all else, once at a time, and go on after a failure", async () => {
    const store = new Store(":memory:");
    const nodes = NodeRegistry__factory.connect("0x00000000000000000000000000000000000000bb");
    const warnings: string[] = [];
    let answer: ((logs: Log[] | Error) => void) | undefined;
    let asked = 0;
    const endpoints = new NodeEndpoints({
      ...{ contracts: { nodes }, db: store.db, registry: "0x00000000000000000000000000000000000000bb", fromBlock: 1 },
      facts: { finalNumber: () => Promise.resolve(1) },
      logger: { warn: ({ message }: { message: string }) => warnings.push(message) },
      provider: {
        getLogs: () => {
          asked++;
          return new Promise<Log[]>((resolve, reject) => {
            answer = (logs) => {
              if (logs instanceof Error) reject(logs);
              else resolve(logs);
            };
          });
        },
      } as unknown as Provider,
    } as unknown as NodeEndpointsParts);
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

    endpoints.begin(1);
    await turn();
    endpoints.begin(1);
    await turn();
    expect(asked, "one after the other").to.equal(1);
    answer?.(new Error("too many results"));
    await endpoints.idle();
    expect(warnings).to.have.length(1);

    endpoints.begin(1);
    await turn();
    const details = {
      region: ZeroHash,
      attributes: 0,
      source: ZeroHash,
      endpoint: "https://example.org",
      metadata: "",
    };
    const { data, topics } = nodes.interface.encodeEventLog("DetailsChanged", [3, details]);
    answer?.([{ data, topics, removed: false } as unknown as Log]);
    await endpoints.idle();
    expect(endpoints.of(3n)).to.equal("https://example.org");
    store.close();
  });
});
