import { HDNodeWallet } from "ethers";

/** The phrase that Hardhat's node and anvil fund; worth nothing anywhere else. */
const PHRASE = "test test test test test test test test test test test junk";

const wallet = (index: number): HDNodeWallet => HDNodeWallet.fromPhrase(PHRASE, undefined, `m/44'/60'/0'/0/${index}`);

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
    account: wallet(8),
    agent: wallet(14),
    classIds: [CLASS.gpu80],
    cheat: "corrupt",
    minPriceCredits: "6",
    acceptTasks: true,
  },
  {
    name: "Shade Render",
    account: wallet(9),
    agent: wallet(15),
    classIds: [CLASS.gpu24],
    cheat: "hide",
    minPriceCredits: "6",
    acceptTasks: true,
  },
  {
    name: "Honest Iron",
    account: wallet(10),
    agent: wallet(16),
    classIds: [CLASS.gpu80, CLASS.gpu24],
    minPriceCredits: "12",
    acceptTasks: true,
  },
  {
    name: "Corner Box",
    account: wallet(11),
    agent: wallet(17),
    classIds: [CLASS.cpu],
    minPriceCredits: "12",
    acceptTasks: false,
  },
];

const SILENT: ProviderRole = {
  name: "Deaf Cloud",
  account: wallet(12),
  agent: wallet(18),
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
    treasury: wallet(0),
    governor: wallet(1),
    guardian: wallet(2),
    watcher: wallet(3),
    attestors: [4, 5, 6, 7].map(wallet),
    buyer: wallet(13),
    providers: silence ? [...PROVIDERS, SILENT] : PROVIDERS,
  };
}
