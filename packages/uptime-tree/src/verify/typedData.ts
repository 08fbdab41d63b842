import { encode, keccak } from "./words.js";

const DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const OBSERVATION = "Observation(uint32 epoch,bytes32 root,bytes32 configDigest)";
const REPORT =
  "Report(uint32 epoch,bytes32 root,bytes32 evidenceRoot,uint32 nodeCount,uint96 totalPoints,bytes32 dataHash,bytes32 previousReport,bytes32 registryDigest,bytes32 configDigest,uint32 consensusVersion)";

/** What an attestor signs of its observation: EIP-712. */
export function observationDigest(
  chain: { readonly chainId: bigint; readonly oracle: Uint8Array },
  message: { readonly epoch: number; readonly root: Uint8Array; readonly configDigest: Uint8Array },
): Uint8Array {
  const [name, version] = [keccak("Millrace Uptime"), keccak("1")];
  const domain = keccak(encode([keccak(DOMAIN), name, version, chain.chainId, chain.oracle]));
  const struct = keccak(encode([keccak(OBSERVATION), message.epoch, message.root, message.configDigest]));
  return keccak(Uint8Array.of(0x19, 0x01, ...domain, ...struct));
}

/** EIP-712 struct hash of a report, its fields in order. */
export function reportHashOf(fields: Parameters<typeof encode>[0]): Uint8Array {
  return keccak(encode([keccak(REPORT), ...fields]));
}
