import { expect } from "chai";
import { JsonRpcProvider } from "ethers";

import type { MillraceError } from "@millrace/sdk";

import { resolveAccount } from "../../tasks/lib/account.js";

describe("the account that sends", () => {
  it("should be missed in words when the network's key is a variable that is not set", async () => {
    const key = {
      get: () => Promise.reject(new Error('HHE7: Configuration Variable "MILLRACE_PRIVATE_KEY" not found')),
    };
    const error = await resolveAccount({
      provider: Object.create(JsonRpcProvider.prototype) as JsonRpcProvider,
      accounts: [key] as never,
      from: undefined,
      privateKey: undefined,
    }).then(
      () => undefined,
      (thrown: unknown) => thrown as MillraceError,
    );
    expect(error?.code).to.equal("WRONG_KEY");
    expect(error?.sentence).to.match(/^The network's key is not set\. Set MILLRACE_PRIVATE_KEY in the environment/);
  });
});
