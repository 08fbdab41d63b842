import { expect } from "chai";

import { finalityOf } from "../../../services/oracle/src/chain/finalityOf.js";

const [PUBLIC, LOCAL] = [10, 31_337];

describe("finalityOf", () => {
  it("should wait for blocks that stay, but on a local chain", () => {
    expect(finalityOf({}, PUBLIC)).to.deep.equal({ finality: "finalized", warning: undefined });
    expect(finalityOf({}, LOCAL)).to.deep.equal({ finality: "latest", warning: undefined });
    expect(finalityOf({ finality: "finalized" }, LOCAL).finality).to.equal("finalized");
  });

  it("should do what it is told, and say what that may cost on a chain of others", () => {
    for (const finality of ["latest", "safe"] as const) {
      const chosen = finalityOf({ finality }, PUBLIC);
      expect(chosen.finality).to.equal(finality);
      expect(chosen.warning).to.include(`only ${finality}`);
      expect(finalityOf({ finality }, LOCAL)).to.deep.equal({ finality, warning: undefined });
    }
  });
});
