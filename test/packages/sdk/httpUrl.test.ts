import { expect } from "chai";
import { z } from "zod";

import { httpUrl, loadConfig } from "@millrace/sdk";

describe("httpUrl", () => {
  const schema = z.object({ peers: z.array(httpUrl) });
  const read = (...peers: string[]): readonly string[] => {
    return loadConfig(schema, { name: "oracle", overrides: { peers } }).peers;
  };

  it("should take addresses of both protocols, by name and by number", () => {
    const good = ["http://localhost:8545", "https://a.example/v2?key=1", "http://[::1]:7000", "HTTP://127.0.0.1"];
    expect(read(...good)).to.deep.equal(good);
  });

  it("should refuse what nothing can be asked at, and say which and why", () => {
    for (const bad of ["localhost:8545", "127.0.0.1:8545", "ftp://a.example", "mailto:a@b.example", "http://", ""]) {
      expect(() => read("http://good", bad), bad).to.throw(
        /: peers\.1: no address that begins with http:\/\/ or https:\/\/\.$/,
      );
    }
    for (const bad of ["http://name:word@a.example", "https://name@a.example"]) {
      expect(() => read(bad), bad).to.throw(/peers\.0: a name or password is not sent/);
    }
  });
});
