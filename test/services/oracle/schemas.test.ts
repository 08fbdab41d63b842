import { expect } from "chai";
import { getAddress, Wallet } from "ethers";

import { batchesSchema } from "../../../services/oracle/src/http/schemas.js";

describe("schemas", () => {
  it("should take an address in any case, and refuse what is none, without an error of their own", () => {
    const { address } = Wallet.createRandom();
    const batch = { epoch: 1, slot: 2, root: "0x" + "11".repeat(32), signature: "0x" + "22".repeat(64) };
    const wrongCase = `0x${address.slice(2).replace(/[a-f]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))}`;
    for (const attestor of [address, address.toLowerCase(), wrongCase]) {
      expect(batchesSchema.parse([{ ...batch, attestor }])[0]!.attestor).to.equal(getAddress(address));
    }
    for (const attestor of ["0x", address.slice(1), `${address}0`, "\u{1d7ce}x" + "1".repeat(40), 7, null]) {
      expect(batchesSchema.safeParse([{ ...batch, attestor }]).success, String(attestor)).to.equal(false);
    }
    for (const epoch of [-1, 0.5, 2 ** 32, 2 ** 53, "1", NaN, Infinity]) {
      expect(batchesSchema.safeParse([{ ...batch, attestor: address, epoch }]).success, String(epoch)).to.equal(false);
    }
  });
});
