import type { HDNodeWallet } from "ethers";

import { localAccount } from "../local/localAccount.js";

/** Hardware classes of a deployment, by id. */
export const CLASS = { gpu80: 1, gpu24: 2, cpu: 3 } as const;

/** A provider of the story. */
export interface ProviderRole {
  readonly name: string;
  readonly account: HDNodeWallet;
  readonly agent: HDNodeWallet;
  readonly classIds: readonly number[];
  readonly cheat?: "corrupt" | "hide" | "silence";
  /** Cheats undercut: that is how they get the work. */
  readonly minPriceCredits: string;
  readonly acceptTasks: boolean;
}

const PROVIDERS: readonly ProviderRole[] = [
  {
    name: "Brisk Compute",
    account: localAccount(8),
    agent: localAccount(14),
    classIds: [CLASS.gpu80],
    cheat: "corrupt",
    minPriceCredits: "6",
    acceptTasks: true,
  },
  {
    name: "Shade Render",
    account: localAccount(9),
    agent: localAccount(15),
    classIds: [CLASS.gpu24],
    cheat: "hide",
    minPriceCredits: "6",
    acceptTasks: true,
  },
  {
    name: "Honest Iron",
    account: localAccount(10),
    agent: localAccount(16),
    classIds: [CLASS.gpu80, CLASS.gpu24],
    minPriceCredits: "12",
    acceptTasks: true,
  },
  {
    name: "Corner Box",
    account: localAccount(11),
    agent: localAccount(17),
    classIds: [CLASS.cpu],
    minPriceCredits: "12",
    acceptTasks: false,
  },
];

const SILENT: ProviderRole = {
  name: "Deaf Cloud",
  account: localAccount(12),
  agent: localAccount(18),
  classIds: [CLASS.cpu],
  cheat: "silence",
  minPriceCredits: "1",
  acceptTasks: true,
};

/** Everybody in the story. */
export interface Cast {
  /** Deploys, and holds the genesis supply. */
  readonly treasury: HDNodeWallet;
  readonly governor: HDNodeWallet;
  readonly guardian: HDNodeWallet;
  readonly watcher: HDNodeWallet;
  readonly buyer: HDNodeWallet;
  readonly attestors: readonly HDNodeWallet[];
  readonly providers: readonly ProviderRole[];
}

/** The cast, with the silent provider if asked for. */
export function castOf(silence: boolean): Cast {
  return {
    treasury: localAccount(0),
    governor: localAccount(1),
    guardian: localAccount(2),
    watcher: localAccount(3),
    attestors: [4, 5, 6, 7].map((index) => localAccount(index)),
    buyer: localAccount(13),
    providers: silence ? [...PROVIDERS, SILENT] : PROVIDERS,
  };
}
