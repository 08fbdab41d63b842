import { expect } from "chai";
import { concat, dataSlice, id, type JsonFragment, type JsonFragmentType, Signature, toBeHex, Wallet } from "ethers";
import hre from "hardhat";

import { marketWorld } from "../../market/marketFixture.js";
import { deployUptime } from "../../uptime/uptimeFixture.js";
import { changingFunctions, deployedAbis } from "../deployedAbis.js";
import { MARKET_CALLS } from "./marketCalls.js";
import type { Refusal, SignedCall } from "./SignedCall.js";
import { UPTIME_CALLS } from "./uptimeCalls.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const NOBODY = `0x${"00".repeat(65)}`;
const STRANGER = Wallet.createRandom();
const BATCH = ["event ItemFailed(uint256 indexed index, bytes reason)"];

/** Bytes that are no signatures, by contract, function and parameter. */
const NO_SIGNATURES: ReadonlySet<string> = new Set([
  "BlockBeacon.record header",
  "BlockBeacon.record parentHeader",
  "MachineMarket.submit run.end",
  "ProofMarket.submit proof",
  "ResultChecks.convict witness.operator.params",
  "ResultClaims.prove witness.operator.params",
  "RunChecks.vouch openings.witness",
  "RunClaims.post run.end",
  "RunClaims.prove witness",
  "UptimeChallenges.showChunk chunk",
  // The observation that lists the receipt's root is signed; the receipt says no more.
  "UptimeProofs.proveHiddenSighting receipt.signature",
]);

describe("Bad signatures", function () {
  const world = async () => marketWorld(connection);
  const network = async () => deployUptime(ethers, networkHelpers);
  const calls: Record<string, () => Promise<SignedCall>> = {};
  for (const [place, make] of Object.entries(MARKET_CALLS)) {
    calls[place] = async () => make(connection, await networkHelpers.loadFixture(world));
  }
  for (const [place, make] of Object.entries(UPTIME_CALLS)) {
    calls[place] = async () => make(await networkHelpers.loadFixture(network));
  }

  it("covers every parameter of the deployment that is a signature", async function () {
    const places = [...(await deployedAbis())].flatMap(([name, abi]) =>
      // OpenZeppelin's takes calls, and asks who sends them.
      name === "AccessManager" ? [] : changingFunctions(abi).flatMap((fragment) => signaturesOf(name, fragment)),
    );
    expect(places.toSorted()).to.deep.equal([...Object.keys(calls), ...NO_SIGNATURES].toSorted());
  });

  for (const [place, make] of Object.entries(calls)) {
    describe(place, function () {
      let call: SignedCall;
      let good: string;

      // One world for all that is tried: each refusal leaves it as it was, and is taken back.
      before(async function () {
        call = await make();
        good = await call.signer.signTypedData(call.domain, call.types, call.message);
      });

      const apart = async (act: () => Promise<void>): Promise<void> => {
        const snapshot = await networkHelpers.takeSnapshot();
        try {
          await act();
        } finally {
          await snapshot.restore();
        }
      };

      it("should take the signer's word, and once only what it says (X-14, T-38)", async function () {
        await apart(async () => {
          const before = await call.touched?.();
          await expectDone(call, call.send(formed(call, good)));
          if (before !== undefined) expect(await call.touched?.()).not.to.equal(before);
          if ("error" in call.again) return expectRefused(call, call.send(formed(call, good)), call.again);
          const kept = await call.again.asBefore();
          await call.send(formed(call, good));
          expect(await call.again.asBefore()).to.deep.equal(kept);
        });
      });

      it("should refuse it on another chain, for another contract, name or version", async function () {
        const { chainId, name, verifyingContract } = call.domain;
        const others = [
          { chainId: chainId + 1n },
          { verifyingContract: STRANGER.address },
          { name: `${name ?? ""} ` },
          { version: "2" },
        ];
        expect(verifyingContract).not.to.equal(STRANGER.address);
        for (const other of others) {
          const signature = await call.signer.signTypedData({ ...call.domain, ...other }, call.types, call.message);
          await apart(async () => expectRefused(call, call.send(formed(call, signature)), call.refusal));
        }
      });

      it("should refuse another's, and one over any other value", async function () {
        const foreign = await STRANGER.signTypedData(call.domain, call.types, call.message);
        await apart(async () => expectRefused(call, call.send(formed(call, foreign)), call.refusal));
        const [fields] = Object.values(call.types);
        for (const { name, type } of fields) {
          const message = { ...call.message, [name]: otherValue(type, call.message[name]) };
          const signature = await call.signer.signTypedData(call.domain, call.types, message);
          await apart(async () => expectRefused(call, call.send(formed(call, signature)), call.refusal));
        }
      });

      it("should refuse what is no signature, and a second form of one (X-14)", async function () {
        const { r, s, v } = Signature.from(good);
        const mirrored = concat([r, toBeHex(CURVE_ORDER - BigInt(s), 32), v === 27 ? "0x1c" : "0x1b"]);
        if (call.form === "parts") {
          const { contract } = call.refusal;
          const broken: [string, Refusal][] = [
            [NOBODY, { contract, error: "ECDSAInvalidSignature", values: [] }],
            [mirrored, { contract, error: "ECDSAInvalidSignatureS", values: [undefined] }],
          ];
          for (const [signature, refusal] of broken) {
            await apart(async () => expectRefused(call, call.send(signature), refusal));
          }
          return;
        }
        // A list of short ones knows by its length that one is broken; the long form of one is as wrong as none.
        const bad = call.form === "long" ? ["0x", NOBODY, mirrored, dataSlice(good, 0, 64)] : [dataSlice(NOBODY, 1)];
        for (const signature of bad) {
          await apart(async () => expectRefused(call, call.send(signature), call.refusal));
        }
      });

      it("should refuse it when its time is over, or have none", async function () {
        const { late } = call;
        if ("never" in late) return expect(late.never).to.match(/\w{3}/);
        await apart(async () => {
          await late.pass();
          await expectRefused(call, call.send(formed(call, good)), late.refusal);
        });
      });
    });
  }
});

function formed({ form }: SignedCall, signature: string): string {
  return form === "short" ? Signature.from(signature).compactSerialized : signature;
}

async function expectDone(call: SignedCall, sent: ReturnType<SignedCall["send"]>): Promise<void> {
  const receipt = await (await sent).wait();
  expect(receipt?.logs.length).to.be.greaterThan(0);
  expect(itemFailures(receipt?.logs ?? [])).to.deep.equal([]);
}

/** A named error with its values, or the event of a batch's item with both; and nothing is as the signer never said. */
async function expectRefused(call: SignedCall, sent: ReturnType<SignedCall["send"]>, refusal: Refusal): Promise<void> {
  const { contract, error, values } = refusal;
  const anything = (): boolean => true;
  if (call.isItem === true) {
    const receipt = await (await sent).wait();
    const [reason, ...others] = itemFailures(receipt?.logs ?? []);
    expect([others, receipt?.logs.length]).to.deep.equal([[], 1]);
    const parsed = contract.interface.parseError(reason);
    expect(parsed?.name).to.equal(error);
    const given = parsed?.args.map((value: unknown, index) => (values[index] === undefined ? undefined : value));
    expect(given).to.deep.equal([...values]);
    return;
  }
  if (call.touched !== undefined && refusal === call.refusal) {
    const before = await call.touched();
    await sent;
    expect(await call.touched()).to.equal(before);
    return;
  }
  await expect(sent)
    .to.be.revertedWithCustomError(contract, error)
    .withArgs(...values.map((value) => value ?? anything));
}

function itemFailures(logs: readonly { topics: readonly string[]; data: string }[]): string[] {
  const abi = new ethers.Interface(BATCH);
  return logs
    .filter(({ topics }) => topics[0] === id("ItemFailed(uint256,bytes)"))
    .map((log) => abi.parseLog({ topics: [...log.topics], data: log.data })?.args["reason"] as string);
}

/** Another value of a type than the one that is signed. */
function otherValue(type: string, value: unknown): unknown {
  if (Array.isArray(value)) return [...(value as unknown[]), 99n];
  if (type === "address") return STRANGER.address;
  if (type === "bytes32") return id("other");
  return BigInt(value as number | bigint) + 1n;
}

/** Parameters of a function that may be signatures: bytes, and the parts of one. */
function signaturesOf(name: string, fragment: JsonFragment): string[] {
  const pathsOf = ({ name: own = "", type = "", components = [] }: JsonFragmentType, before = ""): string[] => {
    const path = `${before}${own}`;
    if (type === "bytes" || (own === "v" && type === "uint8")) return [path];
    return components.flatMap((component) => pathsOf(component, `${path}.`));
  };
  const paths = (fragment.inputs ?? []).flatMap((input) => pathsOf(input));
  return paths.map((path) => `${name}.${fragment.name} ${path}`);
}
