import { expect } from "chai";
import { toBeHex } from "ethers";
import hre from "hardhat";

import { BOND, MILL, SLASH, stakingFixture } from "../staking/stakingFixture.js";
import { execute } from "../verifiers/support/execute.js";
import { addParams } from "../verifiers/support/kernels.js";
import { Mode, type Operator, Program, programHash, Region } from "../verifiers/support/program.js";
import { makeWitness } from "../verifiers/support/witness.js";
import { commit, deployWorld } from "../verifiers/support/world.js";
import { BRANCH_BOND, type Claim, POST, RESPONSE_SECONDS, REWARDS, State, WINDOW_SECONDS } from "./support/claims.js";
import { pointTop, prove } from "./support/commitments.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const ID = 256n;
const JOB_BOND = 500n * MILL;

describe("ResultClaims, with the staking registry", () => {
  const deployStaking = stakingFixture(connection);

  /** Alice's bond answers for a claim of which output word 9 is wrong, or, at will, is in the bond no more. */
  async function postedWith(change: Partial<Operator>) {
    const stakingWorld = await deployStaking();
    const { staking, governor, authority, alice, buyer, market } = stakingWorld;
    const world = await deployWorld(ethers);
    const claims = await ethers.deployContract("ResultClaims", [
      {
        deployer: governor,
        authority,
        staking,
        verifier: world.verifier,
        branchBondWei: BRANCH_BOND,
        rewards: REWARDS,
        forcedInclusionSeconds: 0,
      },
    ]);
    await claims.wire(market, POST);
    await claims.seal();
    await staking.wire(claims, SLASH);
    await staking.wire(market, BOND | SLASH);

    await staking.connect(alice).register("");
    await staking.connect(alice).stake(10n * JOB_BOND);
    await staking.connect(market).bond(alice, JOB_BOND);

    const operator: Operator = {
      kernelCodeHash: world.hashes.AddKernel,
      words: 32,
      usedWords: 32,
      mode: Mode.Lane,
      pieceLog2: 0,
      laneBits: 32,
      params: addParams(0, 1),
    };
    const program = new Program([operator], 64, 32);
    const memory = execute(program, world.twins, new Map([[9, toBeHex(3, 32)]]));
    memory.words.set(64 + 9, toBeHex(4, 32));
    const known = commit(world, program, memory);
    // What the order pins; the chain sees an operator only when a proof shows it.
    const ordered = new Program([{ ...operator, ...change }], 64, 32);
    const header = { ...ordered.header, bodyWords: 0, outWords: 32 };
    const claim: Claim = {
      terms: {
        programHash: programHash(header),
        inputRoot: known.trace.inputRoot,
        provider: alice.address,
        buyer: buyer.address,
        bond: JOB_BOND,
        windowSeconds: WINDOW_SECONDS,
        responseSeconds: RESPONSE_SECONDS,
        isPrivate: false,
      },
      rewards: REWARDS,
      header,
      bodyRoot: known.trace.bodyRoot,
      outputRoot: known.trace.outputRoot,
    };
    await claims.connect(market).post(ID, claim.terms, claim.header, claim.bodyRoot, claim.outputRoot);
    const wrong = { region: Region.Output, position: 9, lane: 7 };
    const witness = { ...makeWitness(known, wrong), operator: ordered.operators[0]! };
    return { ...stakingWorld, claims, claim, wrong, witness, verifier: world.verifier };
  }

  const posted = (): ReturnType<typeof postedWith> => postedWith({});

  async function slashedAccounts(world: Awaited<ReturnType<typeof posted>>) {
    const { staking, settlement, token, alice, buyer, reporter } = world;
    const { bonded, active } = await staking.accountOf(alice);
    const { owedMill } = await settlement.accountOf(buyer);
    return { bonded, active, owedMill, rewarded: await token.balanceOf(reporter) };
  }

  const SPLIT = {
    bonded: 0n,
    active: 9n * JOB_BOND,
    owedMill: (JOB_BOND * 20n) / 100n,
    rewarded: (JOB_BOND * 30n) / 100n,
  };

  it("should split the bond of a wrong result: a fifth to the buyer, 30 % to the reporter", async () => {
    const world = await networkHelpers.loadFixture(posted);
    const { claims, claim, reporter, wrong, witness } = world;
    const proof = await prove(claims.connect(reporter), ID, claim, wrong, witness);
    expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    expect(await slashedAccounts(world)).to.deep.equal(SPLIT);
    expect((await proof.wait())!.gasUsed).to.be.lessThan(270_000n);
  });

  it("should take as much for silence", async () => {
    const world = await networkHelpers.loadFixture(posted);
    const { claims, claim, reporter } = world;
    await pointTop(claims.connect(reporter), ID, claim, Region.Output, { value: BRANCH_BOND });
    await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
    const key = { region: Region.Output, height: 5, position: 0, hash: claim.outputRoot };
    const timeout = await claims.connect(reporter).timeout(ID, claim, key, []);
    expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    expect(await slashedAccounts(world)).to.deep.equal(SPLIT);
    expect((await timeout.wait())!.gasUsed).to.be.lessThan(200_000n);
  });

  it("I5: should end a claim even if its bond is gone", async () => {
    const world = await networkHelpers.loadFixture(posted);
    const { claims, claim, staking, market, alice, reporter, wrong, witness } = world;
    await staking.connect(market).unbond(alice, JOB_BOND);
    await prove(claims.connect(reporter), ID, claim, wrong, witness);
    expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    expect(await slashedAccounts(world)).to.deep.equal({
      bonded: 0n,
      active: 10n * JOB_BOND,
      owedMill: 0n,
      rewarded: 0n,
    });
  });

  /** Operators that no word can be judged by, and what the verifier says of each. */
  const malformed: readonly (readonly [what: string, change: Partial<Operator>, error: string])[] = [
    ["used words past its end", { usedWords: 64 }, "TensorVerifier_BadOperator"],
    ["lanes of 24 bits", { laneBits: 24 }, "TensorVerifier_BadOperator"],
    ["pieces in lane mode", { pieceLog2: 2 }, "TensorVerifier_BadOperator"],
    ["too long parameters", { params: `0x${"00".repeat(1_025)}` }, "TensorVerifier_BadOperator"],
    ["a length that is not the program's", { words: 64 }, "TensorVerifier_NotInProgram"],
    ["an unknown kernel", { kernelCodeHash: `0x${"11".repeat(32)}` }, "TensorVerifier_NotTheKernel"],
  ];
  for (const [what, change, error] of malformed)
    it(`should move nothing for a program of an operator with ${what}, and end as any`, async () => {
      const world = await postedWith(change);
      const { claims, claim, reporter, market, staking, alice, wrong, witness, verifier } = world;
      const before = await slashedAccounts(world);
      await expect(prove(claims.connect(reporter), ID, claim, wrong, witness)).to.be.revertedWithCustomError(
        verifier,
        error,
      );
      expect(await slashedAccounts(world)).to.deep.equal(before);
      expect(await claims.stateOf(ID)).to.equal(State.Open);
      await networkHelpers.time.increase(WINDOW_SECONDS + RESPONSE_SECONDS);
      expect(await claims.stateOf(ID)).to.equal(State.Final);
      await staking.connect(market).unbond(alice, JOB_BOND);
      expect((await staking.accountOf(alice)).active).to.equal(10n * JOB_BOND);
    });
});
