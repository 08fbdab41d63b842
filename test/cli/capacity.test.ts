import { expect } from "chai";
import hre from "hardhat";

import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();
const { time } = connection.networkHelpers;

const CLASS = 1;
const SIZE = 2;

interface Status {
  readonly epoch: number;
  readonly phase: string;
  readonly times: Record<"drawAt" | "startsAt" | "closesAt" | "reportsFrom" | "finalAt", string>;
  readonly picked: readonly { nodeId: number; state: string }[];
}

describe("capacity", function () {
  let at: VerbWorld;

  before(async () => {
    at = await verbWorld(connection);
    const { catalog, clock } = at.world;
    const { stakePerUnit, weight } = await catalog.classOf(CLASS);
    await catalog.changeClass(CLASS, stakePerUnit, weight, SIZE, true);
    const epoch = Math.floor(((await time.latest()) - clock.genesisAt) / clock.epochSeconds) + 1;
    await time.increaseTo(clock.genesisAt + epoch * clock.epochSeconds);
  });

  after(async () => at.dispose());

  const status = async () => (await at.verbs.json("capacity status")) as unknown as Status;
  const record = async () => at.verbs.json(`capacity record --from ${FROM.stranger} --yes`);
  const refused = async (line: string, expected: RegExp) => {
    const { code, stderr } = await at.verbs.run(line);
    expect(code, stderr).to.equal(1);
    expect(stderr).to.match(expected);
  };

  it("should follow a round from its draw to its end, with nobody answering", async () => {
    expect((await status()).phase).to.equal("not drawn");
    expect(((await record())["recorded"] as number[]).length).to.equal(1);
    const { phase, times, epoch } = await status();
    expect(phase).to.equal("waiting");
    await refused(`capacity record --from ${FROM.stranger} --yes`, /needs no value now.*capacity status/s);
    await time.increaseTo(Number(times.startsAt));
    await record();
    const { picked } = await status();
    expect(picked.map(({ nodeId }) => nodeId)).to.include(1);
    const shown = await at.verbs.json("capacity show --node 1");
    expect([shown["isPicked"], shown["state"], shown["hasCapacity"]]).to.deep.equal([true, "nothing", false]);
    await refused(`capacity silence --from ${FROM.stranger} --yes`, /is committing; this needs reporting/);
    await time.increaseTo(Number(times.reportsFrom));
    const reported = await at.verbs.json(`capacity silence --from ${FROM.stranger} --yes`);
    expect(reported["nodeIds"]).to.deep.equal(picked.map(({ nodeId }) => nodeId));
    await refused(`capacity silence --from ${FROM.stranger} --yes`, /No picked node was silent/);
    await time.increaseTo(Number(times.finalAt));
    expect((await at.verbs.json(`capacity status --epoch ${epoch}`))["phase"]).to.equal("void");
    await refused(
      `capacity strike --node 1 --epoch ${epoch} --from ${FROM.stranger} --yes`,
      /is void; this needs final/,
    );
  });

  it("should say what challenge would keep this machine busy", async () => {
    for (const line of ["status", "show --node 1", `strike --node 1 --from ${FROM.stranger} --yes`]) {
      await refused(
        `capacity ${line} --epoch 4294967296`,
        /--epoch is "4294967296".* up to 4294967295\. Give a number/,
      );
    }
    await refused("capacity size --threads 0", /--threads is "0", which is not a whole number from 1 up to 1024/);
    const { multiplyAddsPerSecond, challengeSize, productsPerSecond, windowSeconds } =
      await at.verbs.json("capacity size --threads 1");
    expect(Number(multiplyAddsPerSecond)).to.be.greaterThan(0);
    expect(Number(challengeSize)).to.equal(Math.ceil((Number(productsPerSecond) * Number(windowSeconds)) / 2));
  });
});
