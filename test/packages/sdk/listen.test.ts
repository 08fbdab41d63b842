import { expect } from "chai";

import type { MillraceError } from "@millrace/sdk";
import { listen } from "@millrace/sdk";

const AT = { host: "203.0.113.9", port: 80 };

describe("listen", () => {
  const refused = async (code: string): Promise<MillraceError> => {
    const server = { listen: () => Promise.reject(Object.assign(new Error("listen"), { code })) };
    const error: unknown = await listen(server, AT).catch((cause: unknown) => cause);
    return error as MillraceError;
  };

  it("should say what is in the way, and which setting to change", async () => {
    const inUse = await refused("EADDRINUSE");
    expect(inUse).to.include({ code: "PORT_IN_USE", message: "Port 80 of 203.0.113.9 is in use." });
    for (const code of ["EADDRNOTAVAIL", "EACCES", "ENOTFOUND"]) {
      const error = await refused(code);
      expect(error.code).to.equal("BAD_CONFIG");
      expect(error.sentence).to.match(
        new RegExp(`cannot listen on port 80 of 203\\.0\\.113\\.9 \\(${code}\\)\\. Set host`),
      );
    }
  });
});
