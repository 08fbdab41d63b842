import { AbiCoder, concat, dataSlice, getAddress, hexlify, keccak256, toUtf8Bytes, verifyTypedData } from "ethers";

/** What a data file gives, computed from its bytes alone. */
export interface VerifiedFile {
  readonly chainId: bigint;
  readonly oracle: string;
  readonly epoch: number;
  readonly nodeCount: number;
  /** Keys whose observations are included, each with a good signature. */
  readonly attestors: readonly string[];
  readonly root: string;
  readonly evidenceRoot: string;
  readonly totalPoints: bigint;
  readonly dataHash: string;
  /** What the oracle's `newestReport` or `ReportPosted` must show. */
  readonly reportHash: string;
}

/** Thrown when a file is not what it claims to be. */
export class WrongFileError extends Error {
  readonly code = "WRONG_FILE";
}

const abi = AbiCoder.defaultAbiCoder();
const NO_LEAVES = keccak256(toUtf8Bytes("millrace.uptime.empty"));
const HEADER = 172;
const NODE = 43;
const CHUNK = 1_024;
const REPORT =
  "Report(uint32 epoch,bytes32 root,bytes32 evidenceRoot,uint32 nodeCount,uint96 totalPoints,bytes32 dataHash,bytes32 previousReport,bytes32 registryDigest,bytes32 configDigest,uint32 consensusVersion)";

/**
 * Computes the report of a data file, following docs/uptime-format.md and sharing no code with what attestors run: plain
 * and slow, for anyone who does not want to believe them. Runs in a browser as well.
 * @throws {WrongFileError}
 */
export function verifyDataFile(bytes: Uint8Array): VerifiedFile {
  const at = (start: number, length: number): bigint => BigInt(hexlify(bytes.subarray(start, start + length)));
  const small = (start: number, length: number): number => Number(at(start, length));
  const word = (start: number): string => hexlify(bytes.subarray(start, start + 32));
  if (bytes.length < HEADER || hexlify(bytes.subarray(0, 8)) !== hexlify(toUtf8Bytes("MILLUPT2")))
    throw new WrongFileError("this is no data file");
  const [chainId, oracle, epoch] = [at(8, 8), getAddress(hexlify(bytes.subarray(16, 36))), small(36, 4)];
  const [slots, threshold, observers, version, nodeCount] = [40, 41, 42, 43]
    .map((start) => small(start, 1))
    .concat(small(44, 4)) as [number, number, number, number, number];
  const pot = at(48, 16);
  const size = 84 + 32 * (slots + nodeCount);
  if (bytes.length !== HEADER + NODE * nodeCount + size * observers || at(160, 12) !== 0n)
    throw new WrongFileError("the file is longer or shorter than it says");

  const domain = { name: "Millrace Uptime", version: "1", chainId, verifyingContract: oracle };
  const starts = Array.from({ length: observers }, (_, i) => HEADER + NODE * nodeCount + size * i);
  const evidence: string[] = [];
  const attestors = starts.map((start) => {
    const attestor = getAddress(hexlify(bytes.subarray(start, start + 20)));
    const own = Array.from({ length: slots }, (_, slot) =>
      leafOf(["address", "uint8", "bytes32"], [attestor, slot, word(start + 84 + 32 * slot)]),
    );
    own.push(
      leafOf(
        ["address", "uint8", "bytes32"],
        [attestor, 255, sightingsRoot(bytes.subarray(start + 84 + 32 * slots, start + size))],
      ),
    );
    evidence.push(...own);
    const types = {
      Observation: [
        { name: "epoch", type: "uint32" },
        { name: "root", type: "bytes32" },
        { name: "configDigest", type: "bytes32" },
      ],
    };
    const message = { epoch, root: rootOf(own), configDigest: word(128) };
    const signer = verifyTypedData(domain, types, message, hexlify(bytes.subarray(start + 20, start + 84)));
    if (signer !== attestor) throw new WrongFileError(`the observation of ${attestor} is not signed by it`);
    return attestor;
  });
  if (attestors.some((attestor, i) => BigInt(attestor) <= BigInt(attestors[i - 1] ?? 0)))
    throw new WrongFileError("observations must ascend, one an attestor");

  const nodes = Array.from({ length: nodeCount }, (_, index) => {
    const start = HEADER + NODE * index;
    let bitmap = 0n;
    for (let slot = 0n; slot < BigInt(slots); slot++) {
      const seen = starts.filter((each) => ((at(each + 84 + 32 * (slots + index), 32) >> slot) & 1n) === 1n).length;
      if (seen >= threshold) bitmap |= 1n << slot;
    }
    const earns = small(start + 26, 1) === 3;
    const up = bitmap.toString(2).replaceAll("0", "").length;
    const points = earns ? at(start + 20, 2) * at(start + 22, 4) * BigInt(up) : 0n;
    return {
      provider: getAddress(hexlify(bytes.subarray(start, start + 20))),
      bitmap,
      points,
      before: at(start + 27, 16),
    };
  });
  const totalPoints = nodes.reduce((sum, { points }) => sum + points, 0n);
  let pointsBefore = 0n;
  const leaves = nodes.map(({ provider, bitmap, points, before }, index) => {
    const raw = before + (totalPoints === 0n ? 0n : (pot * points) / totalPoints);
    const types = ["uint32", "uint32", "uint64", "address", "uint256", "uint128", "uint256", "uint128"];
    const leaf = leafOf(types, [epoch, index, index + 1, provider, bitmap, points, pointsBefore, raw]);
    pointsBefore += points;
    return leaf;
  });

  const [root, evidenceRoot, dataHash] = [rootOf(leaves), rootOf(evidence), dataHashOf(bytes)];
  const [previousReport, registryDigest, configDigest] = [word(64), word(96), word(128)];
  const reportHash = keccak256(
    abi.encode(
      [
        "bytes32",
        "uint32",
        "bytes32",
        "bytes32",
        "uint32",
        "uint96",
        "bytes32",
        "bytes32",
        "bytes32",
        "bytes32",
        "uint32",
      ],
      [
        keccak256(toUtf8Bytes(REPORT)),
        epoch,
        root,
        evidenceRoot,
        nodeCount,
        totalPoints,
        dataHash,
        previousReport,
        registryDigest,
        configDigest,
        version,
      ],
    ),
  );
  return { chainId, oracle, epoch, nodeCount, attestors, root, evidenceRoot, totalPoints, dataHash, reportHash };
}

function leafOf(types: readonly string[], values: readonly unknown[]): string {
  return keccak256(keccak256(abi.encode(types, values)));
}

/** OpenZeppelin's `StandardMerkleTree`: sorted leaves at the end of an array, pairs hashed in ascending order. */
function rootOf(leaves: readonly string[]): string {
  if (leaves.length === 0) return NO_LEAVES;
  const tree = [...leaves].sort((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1));
  for (let i = leaves.length - 1; i > 0; i--) {
    const right = tree.pop() ?? "";
    const left = tree.pop() ?? "";
    tree.unshift(keccak256(concat(BigInt(left) < BigInt(right) ? [left, right] : [right, left])));
  }
  return tree[0] ?? "";
}

function sightingsRoot(sightings: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil(sightings.length / CHUNK) * CHUNK);
  padded.set(sightings);
  return chunksRoot(padded);
}

function dataHashOf(bytes: Uint8Array): string {
  return keccak256(abi.encode(["uint256", "bytes32"], [bytes.length, chunksRoot(bytes)]));
}

function chunksRoot(bytes: Uint8Array): string {
  const hex = hexlify(bytes);
  return rootOf(
    Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => {
      const chunk = dataSlice(hex, i * CHUNK, Math.min((i + 1) * CHUNK, bytes.length));
      return leafOf(["uint32", "bytes32"], [i, keccak256(chunk)]);
    }),
  );
}
