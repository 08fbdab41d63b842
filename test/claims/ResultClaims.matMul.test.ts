import {
  buildTraces,
  execute,
  findFraud,
  InputWriter,
  makeWitness,
  matMul,
  ProgramBuilder,
  readRow,
  rootsOf,
} from "@millrace/tensor";
import { expect } from "chai";
import hre from "hardhat";

import { deployClaims, makeClaim, post, State } from "./support/claims.js";
import { prove } from "./support/commitments.js";

const { ethers } = await hre.network.create();

const ID = 256n;

/** The longest rows that a product may have: 256 words each, so that a proof reads 512. */
const LENGTH = 8_192;
const COLUMNS = 8;

/** Where the result is changed. */
const COLUMN = 5;

/** Rows of the most negative numbers, whose sums are as large as any. */
function product() {
  const builder = new ProgramBuilder();
  const left = builder.input("left", { rows: 1, columns: LENGTH, laneBits: 8 });
  const right = builder.input("right", { rows: COLUMNS, columns: LENGTH, laneBits: 8 });
  const result = matMul(builder, "product", { left, right, laneBits: 32, output: true });
  const program = builder.build();
  const writer = new InputWriter(program).row(left, 0, new Int8Array(LENGTH).fill(-128));
  for (let row = 0; row < COLUMNS; row++) writer.row(right, row, new Int8Array(LENGTH).fill(row - 128));
  return { program, input: writer.bytes, result };
}

describe("ResultClaims, with a product over rows of 8,192", () => {
  it("should prove one wrong lane of it, and no right one, well under 10 M gas", async () => {
    const world = await deployClaims(ethers);
    const kernel = await ethers.deployContract("MatMul");
    await world.registry.admit(kernel);
    const address = await kernel.getAddress();

    const { program, input, result } = product();
    const honest = execute(program, input);
    expect([...readRow(honest.output, result, 0)]).to.deep.equal(
      Array.from({ length: COLUMNS }, (_, column) => LENGTH * 128 * (128 - column)),
    );
    const mine = buildTraces(program, input, honest);
    const output = honest.output.slice();
    output[4 * COLUMN + 3]! ^= 1;
    const theirs = buildTraces(program, input, { body: honest.body, output });

    const claim = makeClaim(world, program as never, { header: program.header, ...rootsOf(theirs) });
    await post(world, ID, claim);
    const target = findFraud(program, mine, theirs)!;
    expect(target).to.include({ position: 0, lane: COLUMN });
    const witness = makeWitness(program, theirs, target, { kernelAddress: () => address });
    expect(witness.words).to.have.length(512);
    const challenger = world.claims.connect(world.challenger);

    // Of a right lane of the same word the kernel computes what is shown.
    const right = { ...target, lane: COLUMN - 1 };
    const nothing = makeWitness(program, theirs, right, { kernelAddress: () => address });
    await expect(prove(challenger, ID, claim, right as never, nothing as never)).to.be.revertedWithCustomError(
      world.claims,
      "ResultClaims_WordIsRight",
    );
    expect(await world.claims.stateOf(ID)).to.equal(State.Open);

    const receipt = await (await prove(challenger, ID, claim, target as never, witness as never)).wait();
    expect(await world.claims.stateOf(ID)).to.equal(State.Slashed);
    expect(receipt!.gasUsed < 1_500_000n, `${receipt!.gasUsed}`).to.be.true;
  });
});
