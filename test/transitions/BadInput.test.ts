import { expect } from "chai";
import { type BaseContract, ErrorFragment, id, Interface, type JsonFragment } from "ethers";
import hre from "hardhat";

import { WIRING } from "../../ignition/wiring.js";
import { marketWorld, type World } from "../market/marketFixture.js";
import { type Badness, badnessesOf, badValue } from "./badValues.js";
import { changingFunctions, deployedAbis } from "./deployedAbis.js";

const connection = await hre.network.create();
const ABIS = await deployedAbis();

/** One call with bad arguments. */
interface Attempt {
  readonly caller: string;
  readonly from: string;
  readonly badness: Badness;
  /** Whether what the caller may do is its own affair: the governor's, a module's, or small values of a party. */
  readonly isEntitled: boolean;
  readonly data: string;
}

/** How a call ended: with a named error's name, or `went through`, or in a way that says nothing. */
type Ending = { readonly named: string } | { readonly unnamed: string } | "went through";

describe("Bad input", function () {
  let world: World;
  const contracts = new Map<string, BaseContract>();
  const errors = new Map<string, string>();

  before(async function () {
    world = await marketWorld(connection);
    for (const each of Object.values(world) as unknown[]) {
      const name = nameOf(each);
      if (name !== undefined) contracts.set(name, each as BaseContract);
    }
    for (const abi of ABIS.values()) {
      for (const fragment of abi.filter(({ type }) => type === "error")) {
        const error = ErrorFragment.from(fragment);
        errors.set(error.selector, error.name);
      }
    }
  });

  for (const [name, abi] of ABIS) {
    // OpenZeppelin's, which calls what its admin names.
    if (name === "AccessManager") continue;
    describe(name, function () {
      for (const fragment of changingFunctions(abi)) {
        const signature = new Interface([fragment]).getFunction(fragment.name ?? "")?.format() ?? "";

        it(`should answer ${signature} with a named error, or change nothing`, async function () {
          const target = contracts.get(name);
          if (target === undefined) return this.skip();
          for (const attempt of attemptsAt(name, fragment)) {
            if (attempt.badness === "largest" && UNREACHED.has(`${name}.${fragment.name} from ${attempt.caller}`))
              continue;
            const ending = await tryOut(target, attempt);
            const what = `${attempt.badness} arguments from ${attempt.caller}`;
            if (ending !== "went through")
              expect("unnamed" in ending ? ending.unnamed : undefined, what).to.equal(undefined);
            else if (!attempt.isEntitled) await expectHarmless(`${name}.${fragment.name}`, target, attempt, what);
          }
        });
      }
    });
  }

  it("covers every contract of the deployment", function () {
    expect([...ABIS.keys()].filter((name) => !contracts.has(name))).to.deep.equal([]);
  });

  /** Everybody who may call something at a contract: a stranger, parties, its modules, the governor. */
  function attemptsAt(name: string, fragment: JsonFragment): Attempt[] {
    const { stranger, alice, buyer, governor } = world;
    const callers = new Map<string, string>();
    callers.set("a stranger", stranger.address).set("a provider", alice.address).set("a buyer", buyer.address);
    callers.set("the governor", governor.address);
    for (const { callee, caller } of WIRING) {
      const module = contracts.get(caller);
      if (callee === name && module !== undefined) callers.set(caller, module.target as string);
    }
    const abi = new Interface([fragment]);
    const mayHarm = new Set(["a stranger", "a provider", "a buyer"]);
    return [...callers].flatMap(([caller, from]) =>
      badnessesOf(fragment.inputs ?? []).map((badness) => {
        const isEntitled =
          !mayHarm.has(caller) || (caller !== "a stranger" && /small|long|dupl|unsorted/.test(badness));
        const values = (fragment.inputs ?? []).map((input) => badValue(input, badness, alice.address));
        return { caller, from, badness, isEntitled, data: abi.encodeFunctionData(fragment.name ?? "", values) };
      }),
    );
  }

  async function tryOut({ target }: BaseContract, { from, data }: Attempt): Promise<Ending> {
    try {
      await connection.provider.request({ method: "eth_call", params: [{ from, to: target, data }, "latest"] });
      return "went through";
    } catch (error) {
      const reason = revertDataOf(error);
      const named = reason === undefined ? undefined : errors.get(reason.slice(0, 10));
      return named === undefined ? { unnamed: reason ?? String(error) } : { named };
    }
  }

  /** What went through is allowed by name, or tells nobody anything. */
  async function expectHarmless(name: string, target: BaseContract, attempt: Attempt, what: string): Promise<void> {
    if (MEANT.has(name)) return;
    const { networkHelpers, provider } = connection;
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.impersonateAccount(attempt.from);
    await networkHelpers.setBalance(attempt.from, 10n ** 20n);
    const sent = { from: attempt.from, to: target.target, data: attempt.data };
    const hash: unknown = await provider.request({ method: "eth_sendTransaction", params: [sent] });
    const receipt = await connection.ethers.provider.getTransactionReceipt(hash as string);
    await snapshot.restore();
    // What a batch did not do it tells, by a named error.
    const batch = new Interface(["event ItemFailed(uint256 indexed index, bytes reason)"]);
    for (const log of receipt?.logs.filter(({ topics }) => topics[0] === ITEM_FAILED) ?? []) {
      const reason = batch.parseLog(log)?.args["reason"] as string;
      expect(errors.get(reason.slice(0, 10)), `${what}: ${reason}`).not.to.equal(undefined);
    }
    const told = receipt?.logs.filter(({ topics }) => topics[0] !== ITEM_FAILED) ?? [];
    expect(told.length, `${what} went through, and something happened`).to.equal(0);
  }

  function nameOf(each: unknown): string | undefined {
    if (typeof each !== "object" || each === null || !("interface" in each)) return undefined;
    const { interface: abi } = each as BaseContract;
    const known = [...ABIS].find(([, fragments]) => new Interface(fragments).formatJson() === abi.formatJson());
    return known?.[0];
  }
});

const ITEM_FAILED = id("ItemFailed(uint256,bytes)");

/** What a module never asks for: the schedule and the bank bound what the settlement mints. */
const UNREACHED: ReadonlySet<string> = new Set(["MillToken.mint from BurnMintSettlement"]);

/** Calls that such arguments make sense for: what they do is what they are for. */
const MEANT: ReadonlySet<string> = new Set([
  "BurnMintSettlement.setPayout",
  "CheckSeats.takeSeat",
  "Inspections.revoke",
  "MillToken.approve",
  "MillToken.burn",
  "MillToken.delegate",
  "MillToken.transfer",
  "MillToken.transferFrom",
  "NodeRegistry.refreshStake",
  "NodeTraits.publish",
  "PriceOracle.observe",
  "ResultClaims.commit",
  "ResultClaims.nameChecker",
  "RunClaims.commit",
  "RunClaims.nameChecker",
  "StakingRegistry.register",
  "StakingRegistry.setCommission",
  "StakingRegistry.setMetadata",
  "StakingRegistry.setOperator",
]);

function revertDataOf(error: unknown): string | undefined {
  for (let each = error; typeof each === "object" && each !== null; each = (each as { cause?: unknown }).cause) {
    const { data } = each as { data?: unknown };
    if (typeof data === "string") return data;
    if (typeof data === "object" && data !== null && typeof (data as { data?: unknown }).data === "string") {
      return (data as { data: string }).data;
    }
  }
  return undefined;
}
