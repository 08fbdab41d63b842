import { expect } from "chai";

import { SharedBytes } from "../../../services/oracle/src/http/SharedBytes.js";

describe("SharedBytes", () => {
  it("should make an answer once for all who ask for it, without a copy", () => {
    const shared = new SharedBytes();
    const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1);
    let made = 0;
    const ask = (): Buffer | undefined =>
      shared.of("data", () => {
        made++;
        return bytes;
      });
    expect([...(ask() ?? [])]).to.deep.equal([2, 3, 4]);
    expect(ask()).to.equal(ask());
    expect(made).to.equal(1);
    expect(ask()?.buffer).to.equal(bytes.buffer);
  });

  it("should remember the few that were asked for last, and nothing that is not there", () => {
    const shared = new SharedBytes();
    const made: string[] = [];
    const ask = (name: string): void => {
      shared.of(name, () => {
        made.push(name);
        return new Uint8Array(1);
      });
    };
    for (let i = 0; i < 8; i++) ask(`${i}`);
    ask("0");
    ask("8");
    for (const name of ["0", "8", "2"]) ask(name);
    expect(made, "only 1 was let go").to.deep.equal(["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(shared.of("nothing", () => undefined)).to.equal(undefined);
    ask("nothing");
    expect(made.at(-1)).to.equal("nothing");
  });

  it("should make no second copy of what somebody still reads, whatever is asked for in between", () => {
    const shared = new SharedBytes();
    const ask = (name: string): Buffer | undefined => shared.of(name, () => new Uint8Array(1));
    const read = ask("read slowly");
    for (let i = 0; i < 20; i++) ask(`${i}`);
    expect(ask("read slowly")).to.equal(read);
  });
});
