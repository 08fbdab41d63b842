import type { JsonRpcProvider, Signer } from "ethers";
import { getAddress, HDNodeWallet, isAddress, Wallet } from "ethers";
import type { HttpNetworkAccountsConfig } from "hardhat/types/config";

import { MillraceError, TransactionSender } from "@millrace/sdk";

/** Who signs and pays. */
export interface Account {
  readonly address: string;
  readonly signer: Signer;
  readonly sender: TransactionSender;
}

interface Request {
  readonly provider: JsonRpcProvider;
  readonly accounts: HttpNetworkAccountsConfig;
  readonly from: string | undefined;
  readonly privateKey: string | undefined;
}

/** An account that could sign, known by its address before anything is unlocked. */
interface Candidate {
  readonly address: string;
  readonly open: () => Promise<Signer>;
}

/** Finds the account that a task sends from. */
export async function resolveAccount({ provider, accounts, from, privateKey }: Request): Promise<Account> {
  if (from === undefined && privateKey !== undefined) return makeAccount(openKey(privateKey, provider));
  const candidates = await listCandidates(accounts, provider);
  const chosen = from === undefined ? candidates[0] : find(candidates, from);
  if (chosen !== undefined) return makeAccount(await chosen.open());
  throw new MillraceError("WRONG_KEY", "There is no account to send from.", {
    hint: "Give the network accounts, or set MILLRACE_PRIVATE_KEY.",
  });
}

/** An address or an index of the accounts that can sign, without unlocking anything. */
export function parseFrom(given: string): { index: number } | { address: string } {
  const text: string = given.trim();
  if (/^\d{1,4}$/.test(text)) return { index: Number(text) };
  if (isAddress(text) satisfies boolean) return { address: getAddress(text) };
  throw new MillraceError("BAD_INPUT", `The account "${text}" is neither an address nor an index.`, {
    hint: "Write an address, 0x and 40 hexadecimal digits, or a number such as 0.",
  });
}

function find(candidates: readonly Candidate[], from: string): Candidate {
  const wanted = parseFrom(from);
  const found =
    "index" in wanted
      ? candidates[wanted.index]
      : candidates.find(({ address }) => getAddress(address) === wanted.address);
  if (found !== undefined) return found;
  throw new MillraceError("WRONG_KEY", `Nobody here has the key of account ${from}.`, {
    hint:
      candidates.length === 0
        ? "The node has no unlocked accounts: set MILLRACE_PRIVATE_KEY."
        : `Choose an index from 0 to ${candidates.length - 1}, or set MILLRACE_PRIVATE_KEY and leave --from out.`,
  });
}

async function listCandidates(accounts: HttpNetworkAccountsConfig, provider: JsonRpcProvider): Promise<Candidate[]> {
  if (accounts === "remote") {
    const unlocked = (await provider.send("eth_accounts", [])) as string[];
    return unlocked.map((address) => ({ address, open: () => provider.getSigner(address) }));
  }
  const wallets = Array.isArray(accounts)
    ? await Promise.all(accounts.map(async (key) => openKey(await key.get().catch(missingKey), provider)))
    : await deriveWallets(accounts, provider);
  return wallets.map((wallet) => ({ address: wallet.address, open: () => Promise.resolve(wallet) }));
}

async function deriveWallets(
  accounts: Exclude<HttpNetworkAccountsConfig, "remote" | unknown[]>,
  provider: JsonRpcProvider,
): Promise<HDNodeWallet[]> {
  const [phrase, passphrase] = await Promise.all([accounts.mnemonic.get(), accounts.passphrase.get()]);
  const root = HDNodeWallet.fromPhrase(phrase, passphrase, accounts.path);
  return Array.from({ length: accounts.count }, (_, i) =>
    root.deriveChild(accounts.initialIndex + i).connect(provider),
  );
}

/** The network takes its key from a variable that is not there. */
function missingKey(cause: unknown): never {
  throw new MillraceError("WRONG_KEY", "The network's key is not set.", {
    hint: "Set MILLRACE_PRIVATE_KEY in the environment, or with npx hardhat keystore set MILLRACE_PRIVATE_KEY.",
    cause,
  });
}

/** Errors never repeat the key. */
function openKey(privateKey: string, provider: JsonRpcProvider): Wallet {
  try {
    return new Wallet(privateKey.trim(), provider);
  } catch {
    throw new MillraceError("WRONG_KEY", "The private key is malformed.", {
      hint: "MILLRACE_PRIVATE_KEY must be 0x followed by 64 hexadecimal digits.",
    });
  }
}

async function makeAccount(signer: Signer): Promise<Account> {
  return { address: await signer.getAddress(), signer, sender: new TransactionSender(signer) };
}
