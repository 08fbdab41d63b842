import type { Contracts } from "../deployment/connectContracts.js";
import { findBeaconBlock, type RawProvider } from "./beaconBlock.js";
import type { TransactionSender } from "./TransactionSender.js";

interface Parts {
  readonly contracts: Contracts;
  readonly provider: RawProvider;
  readonly sender: TransactionSender;
}

/** Records values of the beacon that its owner needs, if nobody else did. */
export class BeaconRecorder {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Whether the value of a second is recorded, by this call or before it; false if its block has not come. Nothing is
   * remembered: a chain that replaces the block has another value, which somebody must record again.
   */
  async ensure(second: bigint): Promise<boolean> {
    const { contracts, provider, sender } = this.#parts;
    if (BigInt(await contracts.beacon.valueAt(second)) === 0n) {
      const block = await findBeaconBlock(provider, Number(second));
      if (block === undefined) return false;
      const { blockNumber, header, parentHeader } = block;
      await sender.send(
        () => contracts.beacon.record.populateTransaction(second, blockNumber, header, parentHeader),
        `record ${second.toString()}`,
      );
    }
    return true;
  }
}
