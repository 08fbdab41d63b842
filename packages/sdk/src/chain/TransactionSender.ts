import type { Provider, Signer, TransactionReceipt, TransactionRequest } from "ethers";

import { MillraceError } from "../errors/MillraceError.js";
import { decodeError } from "../errors/decodeError.js";
import { isNonceError } from "../errors/isNonceError.js";
import type { Logger } from "../log/createLogger.js";
import { sleep } from "../process/sleep.js";

interface SenderOptions {
  readonly logger?: Logger | undefined;
  /** How long to wait for a receipt before the same nonce is sent again for a higher fee. */
  readonly replaceAfterMs?: number;
  readonly attempts?: number;
  readonly pollMs?: number;
}

type Request = TransactionRequest | Promise<TransactionRequest> | (() => Promise<TransactionRequest>);

type Fees = Partial<Record<"maxFeePerGas" | "maxPriorityFeePerGas" | "gasPrice", bigint>>;

/** Room above the estimate: state may move between the estimate and the block. */
const GAS_MARGIN_PERCENT = 120n;
/** EIP-7825: no transaction may have more. */
const GAS_CAP = 1n << 24n;
/** Nodes ask for at least 10 % more to replace a transaction; a fifth clears that on both fee fields. */
const BUMP_PERCENT = 120n;

/**
 * Sends the transactions of one key, one after the other. Each call resolves with a receipt of success or rejects with
 * a {@link MillraceError}; a failed one does not stop those behind it. Use one sender per key and process.
 */
export class TransactionSender {
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #logger: Logger | undefined;
  readonly #replaceAfterMs: number;
  readonly #attempts: number;
  readonly #pollMs: number;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(signer: Signer, { logger, replaceAfterMs = 30_000, attempts = 5, pollMs = 200 }: SenderOptions = {}) {
    if (signer.provider === null) {
      throw new MillraceError("BAD_INPUT", "The signer is not connected to a chain.", { hint: "Connect it first." });
    }
    this.#signer = signer;
    this.#provider = signer.provider;
    this.#logger = logger;
    this.#replaceAfterMs = replaceAfterMs;
    this.#attempts = attempts;
    this.#pollMs = pollMs;
  }

  /** Address of the key. */
  address(): Promise<string> {
    return this.#signer.getAddress();
  }

  /** Sends a transaction when those before it are done. `label` names it in logs. */
  send(request: Request, label = "transaction"): Promise<TransactionReceipt> {
    const sent = this.#tail.then(async () => this.#sendNow(request, label));
    this.#tail = sent.catch(() => undefined);
    return sent;
  }

  async #sendNow(request: Request, label: string): Promise<TransactionReceipt> {
    try {
      const populated = await (typeof request === "function" ? request() : request);
      return await this.#attempt(populated, label);
    } catch (error) {
      throw decodeError(error);
    }
  }

  async #attempt(request: TransactionRequest, label: string): Promise<TransactionReceipt> {
    const from = await this.#signer.getAddress();
    const gas = await this.#provider.estimateGas({ ...request, from });
    const base: TransactionRequest = { ...request, from, gasLimit: request.gasLimit ?? withMargin(gas) };
    const hashes: string[] = [];
    let nonce = await this.#provider.getTransactionCount(from, "pending");
    let fees = await this.#fees();
    for (let attempt = 1; ; attempt++) {
      try {
        const hash = await this.#submit({ ...base, nonce, ...fees });
        hashes.push(hash);
        this.#logger?.debug({ label, hash, nonce }, "sent");
      } catch (error) {
        if (!isNonceError(error) || attempt >= this.#attempts) throw error;
        // One of ours may have been mined while we bumped it; otherwise somebody else used the nonce.
        const mined = await this.#findReceipt(hashes);
        if (mined !== undefined) return this.#checked(mined, base, label);
        nonce = await this.#provider.getTransactionCount(from, hashes.length === 0 ? "pending" : "latest");
        fees = bumped(fees);
        this.#logger?.warn({ label, nonce, attempt }, "nonce is taken, trying again");
        continue;
      }
      const receipt = await this.#awaitReceipt(hashes);
      if (receipt !== undefined) return this.#checked(receipt, base, label);
      if (attempt >= this.#attempts) break;
      fees = bumped(fees);
      this.#logger?.warn({ label, nonce, attempt }, "not mined, sending again for a higher fee");
    }
    throw new MillraceError("TIMEOUT", `The transaction (${label}) was not mined in time.`, {
      hint: `Look up ${hashes.join(", ")} before you send it again.`,
    });
  }

  /** An unlocked account sends unchecked: ethers would poll at its own pace for what we poll for anyway. */
  async #submit(request: TransactionRequest): Promise<string> {
    const unchecked = this.#signer as Signer & {
      sendUncheckedTransaction?: (tx: TransactionRequest) => Promise<string>;
    };
    if (unchecked.sendUncheckedTransaction !== undefined) return unchecked.sendUncheckedTransaction(request);
    return (await this.#signer.sendTransaction(request)).hash;
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
      if (receipt !== undefined || performance.now() > giveUpAt) return receipt;
      await sleep(this.#pollMs);
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
    await this.#provider.call({ ...request, blockTag: receipt.blockNumber });
    throw new MillraceError("REVERTED", `The transaction (${label}) failed in block ${receipt.blockNumber}.`, {
      hint: `Its hash is ${receipt.hash}; look at what else happened in that block and try again.`,
    });
  }
}

function withMargin(gas: bigint): bigint {
  const wished = (gas * GAS_MARGIN_PERCENT) / 100n;
  return wished > GAS_CAP && gas <= GAS_CAP ? GAS_CAP : wished;
}

function bumped(fees: Fees): Fees {
  const entries = Object.entries(fees).map(([key, fee]) => [key, (fee * BUMP_PERCENT) / 100n + 1n]);
  return Object.fromEntries(entries) as Fees;
}
