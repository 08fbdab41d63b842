import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  type BaseContract,
  type BlockTag,
  type TransactionRequest,
  TransactionResponse,
  type TransactionResponseParams,
  toQuantity,
} from "ethers";

import type { Connection } from "../support/deployMillrace.js";

/**
 * The same world, whose signers send and ask in one request each: what Hardhat's read before and after a call, to be of
 * use on any chain, is most of what a call costs here.
 */
export function quickWorld<W extends object>(connection: Connection, world: W): W {
  const signers = new Map<string, HardhatEthersSigner>();
  const contracts = new Map<object, BaseContract>();
  return quickened(world) as W;

  function quickened(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(quickened);
    if (typeof value !== "object" || value === null) return value;
    if (isContract(value)) return contractOf(value);
    if (isSigner(value)) return signerOf(value);
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, quickened(each)]));
  }

  function contractOf(contract: BaseContract): BaseContract {
    const known = contracts.get(contract);
    if (known !== undefined) return known;
    const { runner } = contract;
    const quick = contract.connect(isSigner(runner) ? signerOf(runner) : runner);
    contracts.set(contract, remembering(quick));
    return quick;
  }

  function signerOf(signer: HardhatEthersSigner): HardhatEthersSigner {
    const known = signers.get(signer.address) ?? quickSigner(connection, signer);
    signers.set(signer.address, known);
    return known;
  }
}

/** A contract object for another signer is made once, and costs as much as a call. */
function remembering(contract: BaseContract): BaseContract {
  const connected = new Map<unknown, BaseContract>();
  const connect = contract.connect.bind(contract);
  contract.connect = (runner) => {
    const made = connected.get(runner) ?? connect(runner);
    connected.set(runner, made);
    return made;
  };
  return contract;
}

function quickSigner({ provider, ethers }: Connection, slow: HardhatEthersSigner): HardhatEthersSigner {
  // Its private parts do not follow a copy: a signer of its own is changed, which only this world has.
  const signer = slow.connect(ethers.provider) as HardhatEthersSigner;
  const from = signer.address;
  signer.sendTransaction = async (transaction) => {
    const sent = plain(from, transaction);
    const hash: unknown = await provider.request({ method: "eth_sendTransaction", params: [sent] });
    return new TransactionResponse({ ...sent, hash } as unknown as TransactionResponseParams, ethers.provider);
  };
  signer.call = async (transaction) => {
    const params = [plain(from, transaction), blockOf(transaction.blockTag)];
    return (await provider.request({ method: "eth_call", params })) as string;
  };
  return signer;
}

/** A transaction of these tests: to an address, with data, a value or a limit of gas, and nothing to look up. */
function plain(from: string, { to, data, value, gasLimit }: TransactionRequest): Record<string, string> {
  const target = typeof to === "object" && to !== null && "address" in to ? String(to.address) : to;
  if (typeof target !== "string") throw new TypeError("an address is needed");
  return {
    from,
    to: target,
    ...(data ? { data } : {}),
    ...(value === undefined || value === null ? {} : { value: toQuantity(value) }),
    ...(gasLimit === undefined || gasLimit === null ? {} : { gas: toQuantity(gasLimit) }),
  };
}

function blockOf(tag: BlockTag | null | undefined): string {
  if (tag === undefined || tag === null) return "latest";
  return typeof tag === "string" ? tag : toQuantity(tag);
}

function isContract(value: object): value is BaseContract {
  return "target" in value && "interface" in value;
}

function isSigner(value: unknown): value is HardhatEthersSigner {
  return (
    typeof value === "object" &&
    value !== null &&
    "signTypedData" in value &&
    "address" in value &&
    !("privateKey" in value)
  );
}
