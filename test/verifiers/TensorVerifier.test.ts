import { expect } from "chai";
import { concat, keccak256, toBeHex, Wallet, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";

import { execute, type Memory } from "./support/execute.js";
import { addParams, gatherParams, mixParams } from "./support/kernels.js";
import { Mode, type Operator, operatorLeaf, Program, Region, sumNode } from "./support/program.js";
import { Random } from "./support/random.js";
import { hashWords, type Word } from "./support/tree.js";
import { makeWitness, type Target, type Witness } from "./support/witness.js";
import { commit, deployWorld, type Trace, type World } from "./support/world.js";

const { ethers, networkHelpers } = await hre.network.create();

const hex = (value: bigint | number): Word => toBeHex(value, 32);

describe("TensorVerifier", () => {
  const deploy = (): Promise<World> => deployWorld(ethers);
  const random = new Random(7);

  /** 32-bit additions of two tensors. */
  const add = (world: World, a: number, b: number, words = 32, usedWords = words): Operator => ({
    kernelCodeHash: world.hashes.AddKernel,
    words,
    usedWords,
    mode: Mode.Lane,
    pieceLog2: 0,
    laneBits: 32,
    params: addParams(a, b),
  });

  const gather = (
    world: World,
    indexAt: number,
    tableAt: number,
    rows: number,
    rowLog2: number,
    words: number,
  ): Operator => ({
    kernelCodeHash: world.hashes.GatherKernel,
    words,
    usedWords: words,
    mode: Mode.Piece,
    pieceLog2: rowLog2,
    laneBits: 256,
    params: gatherParams(indexAt, tableAt, rows, rowLog2),
  });

  const randomInput = (words: number): Map<number, Word> =>
    new Map(Array.from({ length: words }, (_, i) => [i, random.word()]));

  /** Two additions: the body doubles the input, the output adds input and body. Three trees of depth 5 each. */
  async function additions() {
    const world = await networkHelpers.loadFixture(deploy);
    const program = new Program([add(world, 0, 0, 32, 20), add(world, 0, 32)], 32, 32);
    const honest = execute(program, world.twins, randomInput(32));
    return { ...world, world, program, honest };
  }

  async function isWrong(world: World, memory: Memory, target: Target): Promise<boolean> {
    const known = commit(world, memory.program, memory);
    return world.verifier.isWrong(known.trace, target, makeWitness(known, target));
  }

  function withWord(memory: Memory, address: number, word: Word): Memory {
    const copy = memory.copy();
    copy.words.set(address, word);
    return copy;
  }

  describe("constructor", () => {
    it("should refuse a registry without code", async () => {
      const { verifier } = await networkHelpers.loadFixture(deploy);
      const factory = await ethers.getContractFactory("TensorVerifier");
      await expect(factory.deploy(ZeroAddress)).to.be.revertedWithCustomError(verifier, "TensorVerifier_NoRegistry");
    });
  });

  describe("isWrong, by word", () => {
    it("should tell a wrong lane from the right ones beside it", async () => {
      const { world, honest } = await additions();
      for (const [region, address] of [
        [Region.Body, 32 + 19],
        [Region.Output, 64 + 3],
      ] as const) {
        const position = address - honest.program.baseOf(region);
        const committed = withWord(honest, address, hex(BigInt(honest.at(address)) ^ (1n << 100n)));
        for (let lane = 0; lane < 8; lane++) {
          expect(await isWrong(world, honest, { region, position, lane })).to.be.false;
          expect(await isWrong(world, committed, { region, position, lane })).to.equal(lane === 4);
        }
      }
    });

    it("should find an operator's unused words wrong unless they are zero", async () => {
      const { world, honest } = await additions();
      const target = { region: Region.Body, position: 31, lane: 0 };
      expect(await isWrong(world, honest, target)).to.be.false;
      expect(await isWrong(world, withWord(honest, 63, hex(1)), target)).to.be.true;
    });

    it("should find the last word past a region's end wrong unless it is zero", async () => {
      const world = await networkHelpers.loadFixture(deploy);
      const program = new Program([add(world, 0, 0, 96), add(world, 0, 1)], 32, 32);
      const honest = execute(program, world.twins, randomInput(32));
      const committed = honest.copy();
      committed.pads[Region.Body]!.set(127, hex(1));
      const target = { region: Region.Body, position: 127, lane: 0 };
      expect(await isWrong(world, honest, target)).to.be.false;
      expect(await isWrong(world, committed, target)).to.be.true;
    });

    it("should take the siblings of a pad and not one more or less", async () => {
      const { verifier, world, honest } = await additions();
      const target = { region: Region.Body, position: 31, lane: 0 };
      const known = commit(world, honest.program, withWord(honest, 63, hex(1)));
      const witness = makeWitness(known, target);
      expect(witness.siblings).to.have.lengthOf(7 + 2);
      for (const changed of [
        { siblings: witness.siblings.slice(0, -1) },
        { siblings: [...witness.siblings, ZeroHash] },
        { words: [ZeroHash] },
      ]) {
        await expect(verifier.isWrong(known.trace, target, { ...witness, ...changed })).to.be.revertedWithCustomError(
          verifier,
          "TensorVerifier_WitnessLength",
        );
      }
    });

    for (const pieceLog2 of [0, 3, 4, 5]) {
      it(`should compare a piece of ${2 ** pieceLog2} words by its root`, async () => {
        const world = await networkHelpers.loadFixture(deploy);
        // Rows as long as pieces, named by the first words, in turn; all but the second are out of the table's range.
        const program = new Program([gather(world, 0, 64, 2, pieceLog2, 64)], 128, 64);
        const input = randomInput(128);
        for (let i = 0; i < 64; i++) input.set(i, hex([2n ** 64n, 1n, 2n, 1n << 255n][i % 4]!));
        const honest = execute(program, world.twins, input);
        const size = 2 ** pieceLog2;
        for (let i = 0; i < size; i++) {
          expect(honest.at(128 + i)).to.equal(ZeroHash);
          expect(honest.at(128 + size + i)).to.equal(input.get(64 + size + i));
        }
        for (let position = 0; position < 64; position += 3) {
          const target = { region: Region.Output, position, lane: 0 };
          expect(await isWrong(world, honest, target)).to.be.false;
          const committed = withWord(honest, 128 + position, hex(5));
          expect(await isWrong(world, committed, target)).to.be.true;
          // Any word of the piece leads to the same proof, and no word of another piece does.
          expect(await isWrong(world, committed, { ...target, position: position ^ (size - 1) })).to.be.true;
          expect(await isWrong(world, committed, { ...target, position: position ^ size })).to.be.false;
        }
      });
    }

    it("should prove a word by earlier ones of its own leaf, whatever stands in the later ones", async () => {
      const world = await networkHelpers.loadFixture(deploy);
      // Word 39 is computed from 38, then 36 and 37, then 32 to 35: ranges of one, two and four words of its leaf.
      const mix = { laneBits: 32, pieceLog2: 0, gathers: false, indexAt: 0, tableAt: 0, rows: 1, rowLog2: 0 };
      const reads = [
        { start: 31, stride: 1, log2: 0 },
        { start: 36, stride: 0, log2: 1 },
        { start: 32, stride: 0, log2: 2 },
      ];
      const operator = { ...add(world, 0, 0), kernelCodeHash: world.hashes.MixKernel, usedWords: 8 };
      const program = new Program([{ ...operator, params: mixParams({ ...mix, reads }) }], 32, 32);
      const honest = execute(program, world.twins, randomInput(32));
      const garbage = honest.copy();
      for (let address = 40; address < 64; address++) garbage.words.set(address, random.word());
      for (const position of [5, 6, 7]) {
        const target = { region: Region.Output, position, lane: 3 };
        const later = garbage.copy();
        for (let address = 32 + position + 1; address < 40; address++) later.words.set(address, random.word());
        expect(await isWrong(world, later, target)).to.be.false;
        const committed = withWord(later, 32 + position, hex(BigInt(later.at(32 + position)) ^ (1n << 128n)));
        const known = commit(world, program, committed);
        const witness = makeWitness(known, target);
        expect(await world.verifier.isWrong(known.trace, target, witness)).to.be.true;
        expect(witness.words).to.have.lengthOf(position === 5 ? 5 : 7);
        // The word itself is among the others of what it is computed from.
        expect(witness.siblings.filter((word) => word === witness.shown)).to.have.lengthOf(position === 5 ? 2 : 3);
        for (const i of witness.siblings.keys()) {
          const siblings = witness.siblings.with(i, hex(1));
          await expect(
            world.verifier.isWrong(known.trace, target, { ...witness, siblings }),
          ).to.be.revertedWithCustomError(world.verifier, "TensorVerifier_NotInTrace");
        }
      }
    });

    it("should read what lies ahead as zero: forward, in circles, and in part", async () => {
      const world = await networkHelpers.loadFixture(deploy);
      const mix = (reads: { start: number; stride: number; log2: number }[]): Operator => ({
        ...add(world, 0, 0),
        kernelCodeHash: world.hashes.MixKernel,
        usedWords: 3,
        params: mixParams({
          laneBits: 32,
          pieceLog2: 0,
          gathers: false,
          indexAt: 0,
          tableAt: 0,
          rows: 1,
          rowLog2: 0,
          reads,
        }),
      });
      const forward = mix([{ start: 64, stride: 1, log2: 0 }]);
      const straddling = mix([
        { start: 64, stride: 0, log2: 1 },
        { start: 32, stride: 0, log2: 5 },
      ]);
      const program = new Program([forward, straddling], 32, 32);
      const honest = execute(program, world.twins, randomInput(32));
      for (const [region, base] of [
        [Region.Body, 32],
        [Region.Output, 64],
      ] as const) {
        for (let position = 0; position < 3; position++) {
          const target = { region, position, lane: 7 };
          expect(await isWrong(world, honest, target)).to.be.false;
          expect(await isWrong(world, withWord(honest, base + position, hex(3)), target)).to.be.true;
        }
      }
      // Word 65 reads (64, 65), of which 65 is itself: both read as zero, so word 64 needs no proof.
      const known = commit(world, program, honest);
      const { words } = makeWitness(known, { region: Region.Output, position: 1, lane: 0 });
      expect(words).to.have.lengthOf(32);
    });

    it("should prove words of an operator that lies across body and output", async () => {
      const world = await networkHelpers.loadFixture(deploy);
      const program = new Program([add(world, 0, 1, 96)], 128, 32);
      const honest = execute(program, world.twins, randomInput(128));
      for (const [region, position] of [
        [Region.Body, 63],
        [Region.Output, 0],
        [Region.Output, 31],
      ] as const) {
        const target = { region, position, lane: 2 };
        expect(await isWrong(world, honest, target)).to.be.false;
        const address = program.baseOf(region) + position;
        const committed = withWord(honest, address, hex(BigInt(honest.at(address)) ^ (7n << 160n)));
        expect(await isWrong(world, committed, target)).to.be.true;
      }
    });

    it("should never judge the input, a word outside a tree, or an empty body", async () => {
      const { verifier, world, honest } = await additions();
      const known = commit(world, honest.program, honest);
      const target = { region: Region.Output, position: 0, lane: 0 };
      const witness = makeWitness(known, target);
      await expect(
        verifier.isWrong(known.trace, { ...target, region: Region.Input }, witness),
      ).to.be.revertedWithCustomError(verifier, "TensorVerifier_InputIsGiven");
      await expect(verifier.isWrong(known.trace, { ...target, position: 32 }, witness))
        .to.be.revertedWithCustomError(verifier, "TensorVerifier_OutsideTree")
        .withArgs(32, 32);

      const program = new Program([add(world, 0, 0)], 32, 32);
      const { trace } = commit(world, program, execute(program, world.twins, randomInput(32)));
      const empty = { ...makeWitness(known, target), siblings: [], shown: hex(1) };
      const committed = { ...trace, bodyRoot: hex(1) };
      await expect(verifier.isWrong(committed, { region: Region.Body, position: 0, lane: 0 }, empty))
        .to.be.revertedWithCustomError(verifier, "TensorVerifier_OutsideTree")
        .withArgs(0, 0);
    });
  });

  describe("isWrong, by witness", () => {
    async function wrongOutput() {
      const base = await additions();
      const committed = withWord(base.honest, 64 + 3, hex(1));
      const known = commit(base.world, base.program, committed);
      const target = { region: Region.Output, position: 3, lane: 0 };
      return { ...base, known, target, trace: known.trace, witness: makeWitness(known, target) };
    }

    const changes: Record<string, [(witness: Witness) => Partial<Witness>, string]> = {
      "a sibling too few": [({ siblings }) => ({ siblings: siblings.slice(0, -1) }), "TensorVerifier_WitnessLength"],
      "a sibling too many": [({ siblings }) => ({ siblings: [...siblings, ZeroHash] }), "TensorVerifier_WitnessLength"],
      "a word too few": [({ words }) => ({ words: words.slice(0, -1) }), "TensorVerifier_WitnessLength"],
      "a word too many": [({ words }) => ({ words: [...words, ZeroHash] }), "TensorVerifier_WitnessLength"],
      "no siblings": [() => ({ siblings: [] }), "TensorVerifier_WitnessLength"],
      "a word of the leaf too few": [({ siblings }) => ({ siblings: siblings.slice(1) }), "TensorVerifier_NotInTrace"],
      "a word of the leaf too many": [
        ({ shown, siblings }) => ({ siblings: [shown, ...siblings] }),
        "TensorVerifier_NotInTrace",
      ],
      "another word in the leaf": [
        ({ siblings }) => ({ siblings: siblings.with(6, hex(1)) }),
        "TensorVerifier_NotInTrace",
      ],
      "words of the leaf in another order": [
        ({ siblings }) => ({ siblings: [...siblings.slice(0, 7).reverse(), ...siblings.slice(7)] }),
        "TensorVerifier_NotInTrace",
      ],
      "the leaf for the word": [
        ({ shown, siblings }) => ({
          shown: hashWords([...siblings.slice(0, 3), shown, ...siblings.slice(3, 7)]),
          siblings: siblings.slice(7),
        }),
        "TensorVerifier_NotInTrace",
      ],
      "another word shown": [() => ({ shown: hex(2) }), "TensorVerifier_NotInTrace"],
      "another word read": [({ words }) => ({ words: [words[0]!, hex(1)] }), "TensorVerifier_NotInTrace"],
      "words read in another order": [({ words }) => ({ words: words.toReversed() }), "TensorVerifier_NotInTrace"],
      "another index": [() => ({ operatorIndex: 0 }), "TensorVerifier_NotInProgram"],
      "an index beyond the tree": [() => ({ operatorIndex: 3 }), "TensorVerifier_NotInProgram"],
      "a huge index": [() => ({ operatorIndex: 2n ** 63n + 1n }), "TensorVerifier_NotInProgram"],
      "no path": [() => ({ sumPath: [] }), "TensorVerifier_NotInProgram"],
      "a path too long": [
        ({ sumPath }) => ({ sumPath: [...sumPath, { hash: ZeroHash, words: 0 }] }),
        "TensorVerifier_NotInProgram",
      ],
      "other lengths": [
        ({ sumPath }) => ({ sumPath: sumPath.map((node) => ({ ...node, words: 64 })) }),
        "TensorVerifier_NotInProgram",
      ],
      "an account without code": [() => ({ kernel: ZeroAddress }), "TensorVerifier_NotTheKernel"],
    };
    for (const [what, [change, error]] of Object.entries(changes)) {
      it(`should refuse ${what}`, async () => {
        const { verifier, trace, target, witness } = await wrongOutput();
        expect(await verifier.isWrong(trace, target, witness)).to.be.true;
        const changed = { ...witness, ...change(witness) };
        await expect(verifier.isWrong(trace, target, changed)).to.be.revertedWithCustomError(verifier, error);
      });
    }

    it("should refuse the operator of other words, whether before or after", async () => {
      const { verifier, known, trace, target, witness } = await wrongOutput();
      const body = makeWitness(known, { ...target, region: Region.Body });
      const { operator, operatorIndex, sumPath } = body;
      await expect(verifier.isWrong(trace, target, { ...witness, operator, operatorIndex, sumPath }))
        .to.be.revertedWithCustomError(verifier, "TensorVerifier_OtherOperator")
        .withArgs(0, 32, 35);
      await expect(
        verifier.isWrong(
          trace,
          { ...target, region: Region.Body },
          { ...body, operator: witness.operator, operatorIndex: 1, sumPath: witness.sumPath },
        ),
      )
        .to.be.revertedWithCustomError(verifier, "TensorVerifier_OtherOperator")
        .withArgs(32, 32, 3);
    });

    it("should refuse an operator of another program", async () => {
      const { verifier, world, known, trace, target, witness } = await wrongOutput();
      const other = new Program([known.program.operators[0]!, add(world, 1, 32)], 32, 32);
      const operator = other.operators[1]!;
      await expect(
        verifier.isWrong(trace, target, { ...witness, operator, sumPath: other.sumPath(1) }),
      ).to.be.revertedWithCustomError(verifier, "TensorVerifier_NotInProgram");
    });

    it("should refuse an inner hash as a word, and a word as an inner hash", async () => {
      const { verifier, world, honest } = await additions();
      // Output word 8 equals the leaf of words 0 to 7: the same bytes stand at two heights of one tree.
      const leaf = hashWords(Array.from({ length: 8 }, (_, i) => honest.at(64 + i)));
      const known = commit(world, honest.program, withWord(honest, 64 + 8, leaf));
      const wrong = { region: Region.Output, position: 8, lane: 0 };
      expect(await verifier.isWrong(known.trace, wrong, makeWitness(known, wrong))).to.be.true;
      for (const position of [0, 1]) {
        const right = { ...wrong, position };
        const witness = makeWitness(known, right);
        const raised = { ...witness, shown: leaf, siblings: witness.siblings.slice(7) };
        await expect(verifier.isWrong(known.trace, right, raised)).to.be.revertedWithCustomError(
          verifier,
          "TensorVerifier_NotInTrace",
        );
      }
    });

    it("should not take one of two equal subtrees for the other", async () => {
      const world = await networkHelpers.loadFixture(deploy);
      const input = new Map(Array.from({ length: 32 }, (_, i) => [i, hex(5)]));
      const program = new Program([add(world, 0, 0)], 32, 32);
      const honest = execute(program, world.twins, input);
      const committed = withWord(honest, 32 + 8, hex(1));
      const known = commit(world, program, committed);
      const at = (position: number): Target => ({ region: Region.Output, position, lane: 7 });
      const witness = makeWitness(known, at(8));
      expect(await world.verifier.isWrong(known.trace, at(8), witness)).to.be.true;
      for (const position of [0, 9, 24]) {
        await expect(world.verifier.isWrong(known.trace, at(position), witness)).to.be.revertedWithCustomError(
          world.verifier,
          "TensorVerifier_NotInTrace",
        );
        expect(await isWrong(world, committed, at(position))).to.be.false;
      }
    });

    it("should refuse lanes that the word does not have", async () => {
      const { verifier, known, trace, target } = await wrongOutput();
      for (const lane of [8, 65_535]) {
        const witness = makeWitness(known, { ...target, lane: 0 });
        await expect(verifier.isWrong(trace, { ...target, lane }, witness))
          .to.be.revertedWithCustomError(verifier, "TensorVerifier_NoSuchLane")
          .withArgs(lane, 32);
      }
    });

    it("should refuse a kernel that nobody admitted, another one, and an account that delegates to it", async () => {
      const { verifier, kernels, trace, target, witness, hashes } = await wrongOutput();
      const signer = Wallet.createRandom(ethers.provider);
      const authorization = await signer.authorize({ address: witness.kernel, nonce: 0, chainId: 31_337 });
      const [sender] = await ethers.getSigners();
      await sender!.sendTransaction({ type: 4, to: ZeroAddress, authorizationList: [authorization] });
      for (const kernel of [kernels.get(hashes.MixKernel)!, signer.address]) {
        await expect(verifier.isWrong(trace, target, { ...witness, kernel })).to.be.revertedWithCustomError(
          verifier,
          "TensorVerifier_NotTheKernel",
        );
      }

      const stranger = await ethers.deployContract("MisbehavedKernel");
      const kernel = await stranger.getAddress();
      const operator = { ...witness.operator, kernelCodeHash: keccak256(await ethers.provider.getCode(kernel)) };
      const program = new Program([operator], 32, 32);
      const changed = { ...witness, operator, operatorIndex: 0, sumPath: [], kernel };
      await expect(
        verifier.isWrong({ ...trace, header: program.header }, target, changed),
      ).to.be.revertedWithCustomError(verifier, "TensorVerifier_NotTheKernel");
    });
  });

  describe("isWrong, by program", () => {
    /** A trace of one operator, with a first output word that no kernel computes. */
    async function single(change: Partial<Operator>, header: Partial<Trace["header"]> = {}) {
      const world = await networkHelpers.loadFixture(deploy);
      const operator = { ...add(world, 0, 1), ...change };
      const program = new Program([operator], 32, 32);
      const memory = execute(new Program([add(world, 0, 1)], 32, 32), world.twins, randomInput(32));
      const known = commit(world, memory.program, withWord(memory, 32, hex(1)));
      const target = { region: Region.Output, position: 0, lane: 0 };
      const trace = { ...known.trace, header: { ...program.header, outWords: 32, bodyWords: 0, ...header } };
      return { verifier: world.verifier, target, trace, witness: { ...makeWitness(known, target), operator } };
    }

    const malformed: [string, Partial<Operator>][] = [
      ["more used words than words", { usedWords: 33 }],
      ["pieces of two words", { mode: Mode.Piece, pieceLog2: 1 }],
      ["pieces of four words", { mode: Mode.Piece, pieceLog2: 2 }],
      ["pieces of 64 words", { mode: Mode.Piece, pieceLog2: 6 }],
      ["pieces of 2^255 words", { mode: Mode.Piece, pieceLog2: 255, usedWords: 0 }],
      ["used words that are no whole pieces", { mode: Mode.Piece, pieceLog2: 3, usedWords: 4 }],
      ["pieces in lane mode", { pieceLog2: 3 }],
      ["lanes of 0 bits", { laneBits: 0 }],
      ["lanes of 24 bits", { laneBits: 24 }],
      ["lanes of 512 bits", { laneBits: 512 }],
      ["parameters of 1,025 bytes", { params: "0x" + "00".repeat(1_025) }],
    ];
    for (const [what, change] of malformed) {
      it(`should judge no word of an operator with ${what}`, async () => {
        const { verifier, trace, target, witness } = await single(change);
        await expect(verifier.isWrong(trace, target, witness)).to.be.revertedWithCustomError(
          verifier,
          "TensorVerifier_BadOperator",
        );
      });
    }

    it("should accept the largest parameters", async () => {
      const { verifier, trace, target, witness } = await single({
        params: concat([addParams(0, 1), "0x" + "00".repeat(960)]),
      });
      expect(await verifier.isWrong(trace, target, witness)).to.be.true;
    });

    it("should judge no word of a program whose lengths do not add up", async () => {
      for (const header of [{ outWords: 64 }, { bodyWords: 32 }]) {
        const { verifier, trace, target, witness } = await single({}, header);
        await expect(verifier.isWrong(trace, target, witness)).to.be.revertedWithCustomError(
          verifier,
          "TensorVerifier_NotInProgram",
        );
      }
    });

    it("should judge no word after an operator of an odd length", async () => {
      const { verifier, trace, target, witness } = await single({});
      const odd = { hash: operatorLeaf({ ...witness.operator, words: 33 }).hash, words: 33 };
      const sumRoot = sumNode(odd, operatorLeaf(witness.operator)).hash;
      const header = { ...trace.header, sumRoot, opDepth: 1, bodyWords: 33 };
      await expect(
        verifier.isWrong({ ...trace, header }, target, { ...witness, operatorIndex: 1, sumPath: [odd] }),
      ).to.be.revertedWithCustomError(verifier, "TensorVerifier_BadOperator");
    });

    it("should revert where lengths overflow, so that no operator comes round to another's words", async () => {
      const { verifier, trace, target, witness } = await single({});
      // To the left 2^64 − 32 words, then 32 words: their sum wraps to zero.
      const huge = { hash: hex(1), words: 2n ** 64n - 32n };
      const leaf = operatorLeaf(witness.operator);
      const inner = sumNode(huge, leaf);
      const sumRoot = sumNode(inner, leaf).hash;
      const header = { ...trace.header, sumRoot, opDepth: 2 };
      for (const [operatorIndex, sumPath] of [
        [1, [huge, leaf]],
        [2, [leaf, inner]],
      ] as const) {
        const attack = verifier.isWrong({ ...trace, header }, target, {
          ...witness,
          operatorIndex,
          sumPath: [...sumPath],
        });
        if (operatorIndex === 1) await expect(attack).to.be.revertedWithPanic(0x11n);
        else await expect(attack).to.be.revertedWithCustomError(verifier, "TensorVerifier_NotInProgram");
      }
    });
  });
});
