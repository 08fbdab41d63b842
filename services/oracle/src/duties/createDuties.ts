import type { Provider } from "ethers";

import { Auditor, type AuditorParts } from "./Auditor.js";
import { Cashier, type CashierParts } from "./Cashier.js";
import { Cosigner, type CosignerParts } from "./Cosigner.js";
import { Defender, type DefenderParts } from "./Defender.js";
import { Duties, DUTY_TOPICS, type DutiesParts } from "./Duties.js";
import { DutyStore } from "./DutyStore.js";
import { EventReader } from "./EventReader.js";
import { Prosecutor, type ProsecutorParts } from "./Prosecutor.js";
import { Settler, type SettlerParts } from "./Settler.js";
import { Turns } from "./Turns.js";

type Parts = AuditorParts &
  CashierParts &
  CosignerParts &
  Omit<DefenderParts, "turns"> &
  Omit<ProsecutorParts, "turns"> &
  Omit<SettlerParts, "turns"> &
  Pick<DutiesParts, "logger" | "metrics"> & {
    readonly provider: Provider;
    /** Address of UptimeChallenges. */
    readonly challenges: string;
    /** First block that can have its events. */
    readonly fromBlock: number;
  };

/** Puts together what a member does on chain beside reports. */
export function createDuties(parts: Parts): Duties {
  const { provider, challenges: address, fromBlock, facts, attestor } = parts;
  const store = new DutyStore(parts.store.db);
  const turns = new Turns(attestor, facts);
  const common = { ...parts, turns };
  return new Duties({
    ...common,
    store,
    auditor: new Auditor(common),
    cashier: new Cashier(common),
    cosigner: new Cosigner(common),
    defender: new Defender(common),
    events: new EventReader({ provider, store, name: "challenges", address, topics: DUTY_TOPICS, fromBlock }),
    prosecutor: new Prosecutor(common),
    settler: new Settler(common),
  });
}
