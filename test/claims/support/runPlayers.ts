import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { firstWrongCheckpoint, nextRunMove, type SegmentFacts, type States } from "@millrace/jobs";

import type { Random } from "../../verifiers/support/random.js";
import type { RunGame } from "./runs.js";

/** Follows the first difference to its end. */
export class HonestChallenger {
  constructor(
    readonly game: RunGame,
    readonly account: HardhatEthersSigner,
  ) {}

  /** One move, or none if it is not its turn. */
  async step(): Promise<void> {
    const move = await this.game.nextMove();
    if (move === undefined || move.kind === "wait" || move.kind === "tooLate") return;
    await this.game.play(move, this.account);
  }
}

/** Points wherever it can, as if other states were wrong each time; follows no path. */
export class Spammer {
  constructor(
    readonly game: RunGame,
    readonly account: HardhatEthersSigner,
    readonly random: Random,
  ) {}

  async step(): Promise<void> {
    const { game, random } = this;
    const { history, posted } = game;
    const honest = withOneOther(game.theirs, random);
    const now = (await game.world.ethers.provider.getBlock("latest"))!.timestamp;
    await history.readTo(game.world.claims, await game.world.ethers.provider.getBlockNumber());
    const wrong = (await firstWrongCheckpoint(posted, honest))!;
    // A few seconds early: a block may come between looking and pointing.
    const move = await nextRunMove({ posted, history, honest, now: now + 5 }, wrong);
    if (move.kind === "pointTop" || move.kind === "point") await game.play(move, this.account);
  }
}

/** States of which one in each list is said to be another. */
function withOneOther(theirs: States, random: Random): States {
  return {
    states: async (steps) => {
      const states = await theirs.states(steps);
      const other = random.below(states.length);
      return states.map((state, i) => (i === other ? state.map((byte) => byte ^ 1) : state));
    },
    witness: (step) => theirs.witness(step),
  };
}

/** Reads an honest challenger's proof before it is in a block, and sends it first. */
export class CopyCat {
  constructor(
    readonly game: RunGame,
    readonly account: HardhatEthersSigner,
  ) {}

  /** True if a proof went through that it had not committed to. */
  async step(): Promise<boolean> {
    const move = await this.game.nextMove();
    if (move?.kind !== "prove") return false;
    const { world, posted } = this.game;
    const claims = world.claims.connect(this.account);
    const reveal = { lane: posted.claimId, salt: posted.genesis };
    return claims.prove(posted.claimId, posted.claim, move.proof, move.witness, reveal).then(
      () => true,
      () => false,
    );
  }
}

/** Opens what is asked, after a while; keeps some of it back if it has something to hide. */
export class Provider {
  readonly #patience = new Map<string, number>();

  constructor(
    readonly game: RunGame,
    readonly account: HardhatEthersSigner,
    readonly random: Random,
    readonly withholdsPercent: number,
  ) {}

  async step(): Promise<void> {
    const { game } = this;
    const { claims, ethers } = game.world;
    await game.history.readTo(claims, await ethers.provider.getBlockNumber());
    for (const facts of game.history.pending()) {
      const rounds = this.#roundsFor(facts);
      this.#patience.set(facts.id, rounds - 1);
      const now = (await ethers.provider.getBlock("latest"))!.timestamp;
      if (rounds > 0 || now >= facts.answerBy) continue;
      await game.open(facts.segment, this.account);
    }
  }

  #roundsFor({ id }: SegmentFacts): number {
    const known = this.#patience.get(id);
    if (known !== undefined) return known;
    return this.random.chance(this.withholdsPercent) ? Infinity : this.random.below(2);
  }
}
