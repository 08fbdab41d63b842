import { expect } from "chai";
import { pino } from "pino";

import { PeerClient, PeerError } from "../../../services/oracle/src/http/PeerClient.js";
import { Peers } from "../../../services/oracle/src/member/Peers.js";
import { Metrics } from "../../../services/oracle/src/Metrics.js";

const URLS = ["http://one", "http://two"] as const;

describe("Peers", () => {
  let metrics: Metrics;
  let lines: string[];
  let peers: Peers;
  /** Why a peer gives no answer, by its address. */
  let codes: Map<string, string>;

  beforeEach(() => {
    metrics = new Metrics();
    lines = [];
    codes = new Map();
    const write = (line: string): void => {
      const { msg, peer } = JSON.parse(line) as { msg: string; peer: string };
      lines.push(`${peer} ${msg}`);
    };
    const clients = URLS.map((url) => new PeerClient(url, 1));
    peers = new Peers(clients, metrics, pino({ level: "info" }, { write }));
  });

  const answer = ({ url }: PeerClient): Promise<string> => {
    const code = codes.get(url);
    return code === undefined ? Promise.resolve(url) : Promise.reject(new PeerError(url, code, "no answer"));
  };
  const up = async (): Promise<Record<string, number>> => {
    const { values } = await metrics.peerUp.get();
    return Object.fromEntries(values.map(({ labels, value }) => [String(labels.peer), value]));
  };

  it("should give the answers that there are, and the first that passes", async () => {
    codes.set(URLS[0], "NO_ANSWER");
    expect(await peers.ask("round", answer)).to.deep.equal([URLS[1]]);
    expect(await peers.find("round", answer)).to.equal(URLS[1]);
    codes.set(URLS[1], "NOT_FOUND");
    expect(await peers.ask("round", answer)).to.deep.equal([]);
    expect(await peers.find("round", answer)).to.equal(undefined);
  });

  it("should tell once that a peer is away, and that it is back; a reason is an answer", async () => {
    codes.set(URLS[0], "NO_ANSWER").set(URLS[1], "NOT_FOUND");
    for (let i = 0; i < 3; i++) await peers.ask("round", answer);
    expect(await up()).to.deep.equal({ [URLS[0]]: 0, [URLS[1]]: 1 });
    codes.set(URLS[0], "BAD_ANSWER");
    await peers.ask("round", answer);
    codes.clear();
    for (let i = 0; i < 2; i++) await peers.ask("round", answer);
    expect(await up()).to.deep.equal({ [URLS[0]]: 1, [URLS[1]]: 1 });
    expect(lines).to.deep.equal([`${URLS[0]} peer does not answer`, `${URLS[0]} peer answers again`]);
  });
});
