import { checkCredits } from "./checks/credits.js";
import { checkGas } from "./checks/gas.js";
import { checkHardware } from "./checks/hardware.js";
import { checkLeases } from "./checks/leases.js";
import { checkPots } from "./checks/pots.js";
import { checkRedemptions } from "./checks/redemptions.js";
import { checkSeats } from "./checks/seats.js";
import { checkStake } from "./checks/stake.js";
import { checkSupply } from "./checks/supply.js";
import type { Play } from "./Play.js";

/**
 * All promises that hold at every block. The id is the message, so that a failure says which one broke. What one
 * transaction's events alone can break (I5, I8, I10) is checked while the store takes them in.
 */
export async function checkInvariants(play: Play): Promise<void> {
  await checkGas(play);
  await play.store.catchUp();
  await Promise.all([
    checkSupply(play),
    checkStake(play),
    checkCredits(play),
    checkRedemptions(play),
    checkPots(play),
    checkLeases(play),
    checkHardware(play),
    checkSeats(play),
  ]);
}
