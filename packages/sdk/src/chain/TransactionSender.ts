import {
  BaseWallet,
  keccak256,
  randomBytes,
  toNumber,
  type Provider,
  type Signer,
  type TransactionReceipt,
  type TransactionRequest,
} from "ethers";

import { MillraceError } from "../errors/MillraceError.js";
import { decodeError } from "../errors/decodeError.js";
import { isNonceError } from "../errors/isNonceError.js";
import type { Logger } from "../log/createLogger.js";
import { sleep } from "../process/sleep.js";

/** Money that may be spent on gas. */
export interface GasBudget {
  /**
   * Sets aside what a transaction can cost at most. Whoever is killed before it settles has spent that.
   * @param canWait whether nobody loses anything if it is sent another day
   * @returns what to call with the wei that it did cost
   * @throws MillraceError OVER_BUDGET
   */
  reserve(wei: bigint, canWait: boolean): (actualWei: bigint) => void;
}

interface SenderOptions {
  readonly logger?: Logger | undefined;
  /** Most wei for a unit of gas. Nothing is sent while the chain asks for more, and no replacement exceeds it. */
  readonly maxFeePerGas?: bigint;
  readonly budget?: GasBudget;
  /**
   * Take the place of an older transaction of the key that is stuck, perhaps from a process that was killed. Only for
   * calls that the contract takes once: what was sent with the later nonce may be mined as well.
   */
  readonly unstick?: boolean;
  /** Aborts waiting: a service that ends does not wait for a block. */
  readonly signal?: AbortSignal;
  /** How long to wait for a receipt before the same nonce is sent again for a higher fee. */
  readonly replaceAfterMs?: number;
  readonly attempts?: number;
  readonly pollMs?: number;
}

/** How one transaction differs from others of its sender. */
export interface SendOptions {
  /** Whoever asked for it pays for its gas: the budget does not hold it back, and is not used up by it. */
  readonly isPaid?: boolean;
  /** Nobody loses anything if it is sent another day: the budget keeps a part for all else. */
  readonly canWait?: boolean;
  /** Second by which it should be mined. What is due first is sent first, and before all that is due at no time. */
  readonly dueAt?: number;
}

/** A transaction that waits for its turn. */
interface Queued {
  readonly dueAt: number;
  readonly send: () => Promise<void>;
}

type Request = TransactionRequest | Promise<TransactionRequest> | (() => Promise<TransactionRequest>);

type Fees = Partial<Record<"maxFeePerGas" | "maxPriorityFeePerGas" | "gasPrice", bigint>>;

/** Room above the estimate: state may move between the estimate and the block. */
const GAS_MARGIN_PERCENT = 120n;
/**
 * And room for slots that are empty by then, as the checkpoints of an epoch are that has just begun: 17,100 each. It
 * matters to what is cheap, of which a fifth is less than one of them.
 */
const NEW_SLOTS_GAS = 100_000n;
/** EIP-7825: no transaction may have more. */
const GAS_CAP = 1n << 24n;
/** Nodes ask for at least 10 % more to replace a transaction; a fifth clears that on both fee fields. */
const BUMP_PERCENT = 120n;

/**
 * Sends the transactions of one key, one after the other, those that are due first before the others. Each call
 * resolves with a receipt of success or rejects with a {@link MillraceError}; a failed one does not stop those behind it.
 * Use one sender per key and process.
 */
export class TransactionSender {
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #logger: Logger | undefined;
  readonly #replaceAfterMs: number;
  readonly #attempts: number;
  readonly #pollMs: number;
  readonly #maxFeePerGas: bigint | undefined;
  readonly #budget: GasBudget | undefined;
  readonly #unstick: boolean;
  readonly #signal: AbortSignal | undefined;
  /**
   * Gas that tells this sender's transactions from those of another process with its key. Two that agree in every byte
   * are one transaction to a node, and both would take it for theirs.
   */
  readonly #ownGas = BigInt(toNumber(randomBytes(2)));
  /** In the order in which it is sent. */
  readonly #queue: Queued[] = [];
  #isSending = false;

  constructor(signer: Signer, options: SenderOptions = {}) {
    const { logger, replaceAfterMs = 30_000, attempts = 5, pollMs = 200, unstick = false } = options;
    const { maxFeePerGas, budget, signal } = options;
    if (signer.provider === null) {
      throw new MillraceError("BAD_INPUT", "The signer is not connected to a chain.", { hint: "Connect it first." });
    }
    this.#signer = signer;
    this.#provider = signer.provider;
    this.#logger = logger;
    this.#replaceAfterMs = replaceAfterMs;
    this.#attempts = attempts;
    this.#pollMs = pollMs;
    this.#maxFeePerGas = maxFeePerGas;
    this.#budget = budget;
    this.#unstick = unstick;
    this.#signal = signal;
  }

  /** Address of the key. */
  address(): Promise<string> {
    return this.#signer.getAddress();
  }

  /** Sends a transaction in its turn. `label` names it in logs. */
  send(request: Request, label = "transaction", options: SendOptions = {}): Promise<TransactionReceipt> {
    return new Promise((resolve, reject) => {
      const send = (): Promise<void> => this.#sendNow(request, label, options).then(resolve, reject);
      this.#enqueue({ dueAt: options.dueAt ?? Infinity, send });
      void this.#sendAll();
    });
  }

  /** Behind all that is due no later. */
  #enqueue(queued: Queued): void {
    const place = this.#queue.findIndex(({ dueAt }) => dueAt > queued.dueAt);
    this.#queue.splice(place === -1 ? this.#queue.length : place, 0, queued);
  }

  async #sendAll(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) await next.send();
    this.#isSending = false;
  }

  async #sendNow(request: Request, label: string, options: SendOptions): Promise<TransactionReceipt> {
    try {
      const populated = await (typeof request === "function" ? request() : request);
      return await this.#attempt(populated, label, options);
    } catch (error) {
      throw decodeError(error);
    }
  }

  async #attempt(request: TransactionRequest, label: string, options: SendOptions): Promise<TransactionReceipt> {
    const from = await this.#signer.getAddress();
    const gas = await this.#provider.estimateGas({ ...request, from });
    const base = { ...request, from, gasLimit: request.gasLimit ?? withMargin(gas, this.#ownGas) };
    const fees = this.#capped(await this.#fees());
    const dearest = this.#maxFeePerGas ?? bumpedBy(this.#attempts, fees.maxFeePerGas ?? fees.gasPrice ?? 0n);
    const budget = options.isPaid === true ? undefined : this.#budget;
    const settle = budget?.reserve(BigInt(base.gasLimit) * dearest, options.canWait === true);
    const hashes: string[] = [];
    try {
      const receipt = await this.#untilMined(base, fees, label, hashes);
      settle?.(receipt.gasUsed * receipt.gasPrice);
      return await this.#checked(receipt, base, label);
    } catch (error) {
      // What was never taken by a node cost nothing; anything else may still be mined.
      if (hashes.length === 0) settle?.(0n);
      throw error;
    }
  }

  async #untilMined(
    base: TransactionRequest & { readonly from: string },
    firstFees: Fees,
    label: string,
    hashes: string[],
  ): Promise<TransactionReceipt> {
    const { from } = base;
    let nonce = await this.#provider.getTransactionCount(from, "pending");
    let fees = firstFees;
    for (let attempt = 1; ; attempt++) {
      try {
        const hash = await this.#submit({ ...base, nonce, ...fees });
        if (!hashes.includes(hash)) hashes.push(hash);
        this.#logger?.debug({ label, hash, nonce }, "sent");
      } catch (error) {
        // What was sent before may be mined yet, whatever the node says of a dearer one.
        const isOnlyTheBump = hashes.length > 0 && !isNonceError(error);
        if (!isOnlyTheBump && (!isNonceError(error) || attempt >= this.#attempts)) throw error;
        // One of ours may have been mined while we bumped it; otherwise somebody else used the nonce.
        const mined = await this.#findReceipt(hashes);
        if (mined !== undefined) return mined;
        if (!isOnlyTheBump) {
          nonce = await this.#provider.getTransactionCount(from, hashes.length === 0 ? "pending" : "latest");
          fees = this.#bumped(fees);
          this.#logger?.warn({ label, nonce, attempt }, "nonce is taken, trying again");
          continue;
        }
        this.#logger?.warn({ label, nonce, attempt, message: decodeError(error).message }, "not replaced");
      }
      const receipt = await this.#awaitReceipt(hashes);
      if (receipt !== undefined) return receipt;
      if (attempt >= this.#attempts || this.#signal?.aborted === true) break;
      fees = this.#bumped(fees);
      if (this.#unstick) nonce = Math.min(nonce, await this.#provider.getTransactionCount(from, "latest"));
      this.#logger?.warn({ label, nonce, attempt }, "not mined, sending again for a higher fee");
    }
    throw new MillraceError("TIMEOUT", `The transaction (${label}) was not mined in time.`, {
      hint: `Look up ${hashes.join(", ")} before you send it again.`,
    });
  }

  /**
   * Gives the hash of what was sent. A wallet knows it before any node does, so that a node which has the transaction
   * already is as good as one that takes it. An unlocked account sends unchecked: ethers would poll at its own pace.
   */
  async #submit(request: TransactionRequest): Promise<string> {
    if (this.#signer instanceof BaseWallet) {
      const signed = await this.#signer.signTransaction(await this.#signer.populateTransaction(request));
      try {
        await this.#provider.broadcastTransaction(signed);
      } catch (error) {
        if (!isKnownAlready(error)) throw error;
      }
      return keccak256(signed);
    }
    const unchecked = this.#signer as Signer & {
      sendUncheckedTransaction?: (tx: TransactionRequest) => Promise<string>;
    };
    if (unchecked.sendUncheckedTransaction !== undefined) return unchecked.sendUncheckedTransaction(request);
    return (await this.#signer.sendTransaction(request)).hash;
  }

  #bumped(fees: Fees): Fees {
    const entries = Object.entries(fees).map(([key, fee]) => [key, (fee * BUMP_PERCENT) / 100n + 1n]);
    return this.#limited(Object.fromEntries(entries) as Fees);
  }

  /** @throws MillraceError OVER_BUDGET when the chain asks for more than is allowed */
  #capped(fees: Fees): Fees {
    const cap = this.#maxFeePerGas;
    // Twice the base fee is what ethers offers, so that a rising one does not strand the transaction.
    const asked = fees.maxFeePerGas === undefined ? fees.gasPrice : fees.maxFeePerGas / 2n;
    if (cap !== undefined && asked !== undefined && asked > cap) {
      throw new MillraceError("OVER_BUDGET", `Gas costs ${asked} wei, more than the ${cap} that are allowed.`, {
        hint: "It is tried again later; raise the cap if it stays so.",
      });
    }
    return this.#limited(fees);
  }

  #limited(fees: Fees): Fees {
    const cap = this.#maxFeePerGas;
    if (cap === undefined) return fees;
    const entries = Object.entries(fees).map(([key, fee]) => [key, fee > cap ? cap : fee]);
    return Object.fromEntries(entries) as Fees;
  }

  async #fees(): Promise<Fees> {
    const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await this.#provider.getFeeData();
    if (maxFeePerGas !== null && maxPriorityFeePerGas !== null) return { maxFeePerGas, maxPriorityFeePerGas };
    return gasPrice === null ? {} : { gasPrice };
  }

  async #awaitReceipt(hashes: readonly string[]): Promise<TransactionReceipt | undefined> {
    const giveUpAt = performance.now() + this.#replaceAfterMs;
    for (;;) {
      const receipt = await this.#findReceipt(hashes);
      if (receipt !== undefined || performance.now() > giveUpAt || this.#signal?.aborted === true) return receipt;
      await sleep(this.#pollMs, this.#signal);
    }
  }

  async #findReceipt(hashes: readonly string[]): Promise<TransactionReceipt | undefined> {
    for (const hash of hashes.toReversed()) {
      const receipt = await this.#provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
    }
    return undefined;
  }

  /** A receipt does not say why a transaction failed: running it again where it failed does. */
  async #checked(receipt: TransactionReceipt, request: TransactionRequest, label: string): Promise<TransactionReceipt> {
    if (receipt.status !== 0) return receipt;
    const hasRunOut = receipt.gasUsed >= BigInt(request.gasLimit ?? GAS_CAP);
    if (!hasRunOut) await this.#provider.call({ ...request, blockTag: receipt.blockNumber });
    const what = hasRunOut ? "used up its gas" : "failed";
    throw new MillraceError("REVERTED", `The transaction (${label}) ${what} in block ${receipt.blockNumber}.`, {
      hint: `Its hash is ${receipt.hash}; look at what else happened in that block and try again.`,
    });
  }
}

function withMargin(gas: bigint, ownGas: bigint): bigint {
  const wished = (gas * GAS_MARGIN_PERCENT) / 100n + NEW_SLOTS_GAS + ownGas;
  return wished > GAS_CAP && gas <= GAS_CAP ? GAS_CAP : wished;
}

function bumpedBy(times: number, fee: bigint): bigint {
  return times === 0 ? fee : bumpedBy(times - 1, (fee * BUMP_PERCENT) / 100n + 1n);
}

function isKnownAlready(error: unknown): boolean {
  return /already known|known transaction|already imported/i.test((error as Error).message);
}
