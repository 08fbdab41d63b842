import { concat, id, keccak256, toBeHex, ZeroHash } from "ethers";
import hre from "hardhat";

import type { Connection } from "../../test/support/deployMillrace.js";
import { number, table } from "../markdown.js";
import { deployOpGame, type GameSettings, read, send } from "./opContracts.js";
import type { Section } from "./Section.js";

/** As on mainnet: 73 bisections, the first 30 over output roots; clocks of three and a half days. */
const GAME: GameSettings = { maxDepth: 73n, splitDepth: 30n, clockExtension: 10_800n, maxClock: 302_400n };
/** First byte of a claim that a machine's run ended badly, as the first claim below the split must say. */
const INVALID = "0x01";
const MEMORY_DEPTH = 27;
const STATE_BYTES = 226;
/** Hardhat's chain takes no transaction with more. */
const GAS_LIMIT = 16_000_000n;

interface Spent {
  moves: number;
  movesGas: bigint;
  step: bigint;
  resolves: bigint;
  bonds: bigint;
}

/** A full-depth game of the OP Stack's fault disputes, with its own contracts, on the same kind of chain. */
export const opGame: Section = {
  name: "op",
  title: "Beside the OP Stack's FaultDisputeGame and MIPS",
  measure: async (report) => {
    const { moves, movesGas, step, resolves, bonds } = await playFullGame(await hre.network.create());
    const gas = Number(movesGas + step + resolves);
    report.add({
      id: "disputes.gas.op-full-game",
      value: gas,
      unit: "gas",
      what: `FaultDisputeGame of depth ${GAME.maxDepth} played to its end: opening, ${moves} moves, a MIPS step, resolving every claim`,
      source: "@eth-optimism/contracts-bedrock 0.17.3, its own bytecode; receipts of all transactions, both sides",
    });
    report.add({
      id: "disputes.bonds.op-full-game",
      value: Number(bonds / 10n ** 15n) / 1_000,
      unit: "ETH",
      what: "bonds of that game, both sides together",
      source: "getRequiredBond of each move",
    });
    return [
      "Bytecode as published in `@eth-optimism/contracts-bedrock` 0.17.3, on the same kind of chain in the same run. One line of claims down to a single step, each an attack, as two stubborn parties play it; no other claims are in the game.",
      "",
      ...table(
        ["part", "gas"],
        [
          [`opening and ${moves} moves`, number(Number(movesGas))],
          ["MIPS step", number(Number(step))],
          ["resolving every claim and the game", number(Number(resolves))],
          ["all", number(gas)],
        ],
      ),
      "",
      `Bonds: ${number(Math.round(Number(bonds / 10n ** 18n)))} ETH, both sides together.`,
    ];
  },
};

async function playFullGame(connection: Connection): Promise<Spent> {
  const [proposer, challenger] = await connection.ethers.getSigners();
  const state = initialState();
  const { gameOf, createGas, initBond } = await deployOpGame(connection, GAME, keccak256(state.encoded));
  const game = gameOf(proposer);
  const spent: Spent = { moves: 0, movesGas: createGas, step: 0n, resolves: 0n, bonds: initBond };

  let position = 1n;
  for (let depth = 1n; depth <= GAME.maxDepth; depth++) {
    position *= 2n;
    const parent = depth - 1n;
    const value = await read<bigint>(game, "getRequiredBond", position);
    const { claim } = await read<{ claim: string }>(game, "claimData", parent);
    const next = concat([INVALID, id(`claim ${depth}`).slice(0, 64)]);
    const mover = gameOf(depth % 2n === 1n ? challenger : proposer);
    spent.movesGas += await send(mover, "attack", claim, parent, next, { value, gasLimit: GAS_LIMIT });
    spent.bonds += value;
    spent.moves += 1;
  }
  // The last claim is the challenger's: the proposer shows that the machine does not get there.
  spent.step = await send(game, "step", GAME.maxDepth, true, state.encoded, state.proof);

  await connection.networkHelpers.time.increase(2n * GAME.maxClock + 1n);
  for (let index = GAME.maxDepth; index >= 0n; index--) spent.resolves += await send(game, "resolveClaim", index, 0n);
  spent.resolves += await send(game, "resolve");
  if ((await read<bigint>(game, "status")) === 0n) throw new Error("the game is not resolved");
  return spent;
}

/** A machine whose memory is all zero, so that its first instruction does nothing. */
function initialState(): { encoded: string; proof: string } {
  const path: string[] = [];
  let root = ZeroHash;
  for (let height = 0; height < MEMORY_DEPTH; height++) {
    path.push(root);
    root = keccak256(concat([root, root]));
  }
  const fields = concat([root, ZeroHash, toBeHex(0, 4), toBeHex(0, 4), toBeHex(4, 4)]);
  const encoded = fields.padEnd(2 + 2 * STATE_BYTES, "0");
  // A leaf and its 27 siblings, for the instruction and for data.
  const leaf = concat([ZeroHash, ...path]);
  return { encoded, proof: concat([leaf, leaf]) };
}
