import { expect } from "chai";

import { SharedCall } from "../../../services/oracle/src/chain/SharedCall.js";

describe("SharedCall", () => {
  it("should ask once for all, and rest before it asks again, however many strangers ask", async () => {
    let nowMs = 1_000;
    const [asked, rests]: [number[], number[]] = [[], []];
    const call = new SharedCall(
      () => Promise.resolve(void asked.push(nowMs)),
      () => nowMs,
      (ms) => {
        rests.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
    );
    await Promise.all(Array.from({ length: 100 }, () => call.run()));
    expect(asked, "the first at once").to.deep.equal([1_000]);
    nowMs += 50;
    await Promise.all(Array.from({ length: 100 }, () => call.run()));
    expect(rests).to.deep.equal([150]);
    nowMs += 500;
    await call.run();
    expect(asked).to.deep.equal([1_000, 1_200, 1_700]);
    expect(rests, "whoever asks seldom does not wait").to.have.length(1);
  });

  it("should fail for all who ask, and ask again after the same rest", async () => {
    const rests: number[] = [];
    let failures = 0;
    const call = new SharedCall(
      () => (failures++ === 0 ? Promise.reject(new Error("down")) : Promise.resolve()),
      () => 1_000,
      (ms) => Promise.resolve(void rests.push(ms)),
    );
    const [first, second] = await Promise.allSettled([call.run(), call.run()]);
    expect([first.status, second.status]).to.deep.equal(["rejected", "rejected"]);
    await call.run();
    expect(rests).to.deep.equal([200]);
  });
});
