import { expect } from "chai";

import { contractErrors, decodeError, describeRevert, isUnit, MillraceError, SENTENCES } from "@millrace/sdk";

import * as generated from "../../../typechain-types/index.js";

/** Contracts of every deployment, whose errors people meet. */
const DEPLOYED = [
  "MillToken",
  "BurnMintSettlement",
  "PriceOracle",
  "StakingRegistry",
  "HardwareCatalog",
  "NodeRegistry",
  "Inspections",
  "MaintenanceWindows",
  "LeaseMarket",
  "TaskMarket",
  "VoucherChannels",
  "MachineMarket",
  "ProofMarket",
  "RunClaims",
  "Rv32Verifier",
  "ApprovalMarket",
  "LeaseOrders",
  "QuoteDesk",
  "ResultClaims",
  "UptimeOracle",
  "KernelRegistry",
  "TensorVerifier",
  "AccessManager",
] as const;

const WAD = 10n ** 18n;

function encode(name: string, ...args: unknown[]): string {
  return contractErrors().encodeErrorResult(name, args);
}

describe("sdk errors", () => {
  it("should render every error of the deployed contracts as one sentence and what to do", () => {
    for (const name of DEPLOYED) {
      generated[`${name}__factory`].createInterface().forEachError((error) => {
        const args = Object.fromEntries(
          error.inputs.map(({ name: argument, type }) => [argument, type.startsWith("uint") ? 7n : "0x1234"]),
        );
        const { what, todo } = describeRevert({ name: error.name, args });
        expect(what, error.name).to.match(/^\S.*\.$/);
        expect(todo, error.name).to.match(/\.$/);
        expect(what + todo, error.name).not.to.match(/undefined|\{/);
      });
    }
  });

  it("should name only arguments that the error has, in units that exist", () => {
    const known = new Map<string, ReadonlySet<string>>();
    contractErrors().forEachError((error) => known.set(error.name, new Set(error.inputs.map(({ name }) => name))));
    for (const [name, sentence] of Object.entries(SENTENCES)) {
      for (const [, argument, unit] of sentence.join(" ").matchAll(/\{(\w+)(?::(\w+))?\}/g)) {
        const args = known.get(name);
        expect(args?.has(argument!), `${name} has no argument ${argument!}`).to.be.true;
        expect(unit === undefined || isUnit(unit), `${name}: no unit ${unit ?? ""}`).to.be.true;
      }
    }
  });

  it("should give a term in the unit that its name tells", () => {
    const refused = (name: string, ...[value, min, max]: bigint[]): string =>
      decodeError({ data: encode("TaskMarket_TermOutOfBounds", name, value, min, max) }).sentence;
    expect(refused("startPrice", 0n, 1n, 10n * WAD)).to.match(/startPrice is 0 credits, .* and 10 credits\.$/);
    expect(refused("ackSeconds", 0n, 1n, 86_400n)).to.match(/ackSeconds is 0 s, .* between 1 s and 1 d\.$/);
    expect(refused("expiresAt", 1n, 60n, 120n)).to.match(/expiresAt is 1970-01-01 00:00:01 UTC, /);
    expect(refused("units", 0n, 1n, 65_535n)).to.match(/units is 0, .* between 1 and 65535\.$/);
    const rate = { name: "LeaseOrders_TermOutOfBounds", args: { name: "startRate", value: 0n, min: 1n, max: WAD } };
    expect(describeRevert(rate).what).to.match(/startRate is 0 credits\/h,/);
  });

  it("should find revert data wherever nodes and libraries put them, and use human units", () => {
    const data = encode("LeaseMarket_RateAboveMax", 10n ** 14n, 5n * 10n ** 13n);
    const shapes: unknown[] = [
      { data },
      { info: { error: { code: 3, data } } },
      { error: { data: { message: "reverted", data } } },
      Object.assign(new Error("wrapped"), { cause: { data } }),
    ];
    for (const shape of shapes) {
      const { code, message, revert } = decodeError(shape);
      expect(code).to.equal("REVERTED");
      expect(message).to.equal("The node asks 0.36 credits/h a unit, above your maximum of 0.18 credits/h.");
      expect(revert?.name).to.equal("LeaseMarket_RateAboveMax");
    }
  });

  it("should decode OpenZeppelin's errors, Solidity's own and unknown ones", () => {
    const address = `0x${"ab".repeat(20)}`;
    const allowance = decodeError({ data: encode("ERC20InsufficientAllowance", address, WAD, 5n * WAD) });
    expect(allowance.sentence).to.contain("1 MILL").and.to.contain("5 MILL").and.to.contain("Approve");
    expect(decodeError({ data: `0x4e487b71${"0".repeat(62)}11` }).message).to.equal(
      "The contract stopped: a number overflowed.",
    );
    expect(decodeError({ data: "0xdeadbeef" }).message).to.contain("not Millrace's: 0xdeadbeef");
  });

  it("should tell what is between here and the chain", () => {
    const codeOf = (message: string): string => decodeError(new Error(message)).code;
    expect(codeOf("connect ECONNREFUSED 127.0.0.1:8545")).to.equal("RPC_DOWN");
    expect(codeOf("request timeout (code=TIMEOUT, version=6.17.0)")).to.equal("RPC_DOWN");
    expect(codeOf("listen EADDRINUSE: address already in use 127.0.0.1:7000")).to.equal("PORT_IN_USE");
    expect(codeOf("sender doesn't have enough funds to send tx")).to.equal("INSUFFICIENT_FUNDS");
    expect(codeOf("nonce too low")).to.equal("NONCE_CONFLICT");
    expect(codeOf("something else")).to.equal("UNEXPECTED");
    // What a command would be told to do makes no sense in the log of a service.
    expect(decodeError(new Error("something else")).hint).to.equal(undefined);
    let error: unknown;
    try {
      contractErrors().encodeErrorResult("ERC20InsufficientAllowance", [`0x${"ab".repeat(20)}`, 2n ** 256n, 0n]);
    } catch (caught) {
      error = caught;
    }
    expect(decodeError(error).sentence).to.match(/^allowance is out of what a contract can hold: \d{78}\. Give a/);
    const own = new MillraceError("BAD_INPUT", "No.");
    expect(decodeError(own)).to.equal(own);
  });

  it("should not take the data of a sent transaction for a revert", () => {
    const error = Object.assign(new Error("nonce too low"), { transaction: { to: "0x1", data: "0x12345678" } });
    expect(decodeError(error).code).to.equal("NONCE_CONFLICT");
  });
});
