import { MillraceError, nodesOf } from "@millrace/sdk";
import { expect } from "chai";

import { checkNodes } from "../../../services/oracle/src/checkRules.js";

const [PUBLIC, LOCAL] = [10, 31_337];
const [ONE, TWO, THREE] = ["https://one.example:8545", "https://two.example", "https://three.example"] as const;
/** The same node as the first, in other words. */
const ALIASES = [`${ONE}/`, "HTTPS://ONE.example:8545"] as const;

describe("checkNodes", () => {
  it("should ask for two nodes that agree of a public chain, and count none of them twice (X-51)", () => {
    const check =
      (rpcUrls: readonly string[], chainId = PUBLIC, rpcQuorum?: number) =>
      () => {
        checkNodes({ rpcUrl: ONE, rpcUrls: [...rpcUrls], rpcQuorum }, chainId);
      };
    for (const alone of [[], [ONE], ALIASES]) {
      expect(check(alone), alone.join()).to.throw(MillraceError, /read through 1 node, which could lie/);
      expect(check(alone, LOCAL), alone.join()).not.to.throw();
    }
    expect(check([TWO, THREE], PUBLIC, 1)).to.throw(MillraceError);
    expect(check([TWO])).not.to.throw();
    expect(check([TWO, THREE], PUBLIC, 2)).not.to.throw();
  });
});

describe("nodesOf", () => {
  it("should name each node once, as it was named first", () => {
    expect(nodesOf({ rpcUrl: ONE, rpcUrls: [TWO, ...ALIASES, `${TWO}:443`, THREE] })).to.deep.equal([ONE, TWO, THREE]);
  });
});
