import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chunkHashes, sealChunk } from "@millrace/jobs";
import { expect } from "chai";
import { id, keccak256, ZeroHash } from "ethers";
import hre from "hardhat";
import { serve } from "../support/serve.js";

import { expectRefused } from "./expectRefusal.js";
import { FROM, type VerbWorld, verbWorld } from "./verbWorld.js";

const connection = await hre.network.create();

const FILM = '{ "maker": "millrace.frames.1", "width": 32, "height": 24, "colour": 0 }';
const KEY = id("key");

describe("tasks of chunks", () => {
  let at: VerbWorld;
  let endpoint: string;
  const folder = mkdtempSync(join(tmpdir(), "millrace-chunks-"));
  const served = new Map<string, Uint8Array>();
  const server = createServer((request, response) => {
    const bytes = served.get(request.url ?? "");
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });

  before(async () => {
    at = await verbWorld(connection);
    endpoint = await serve(server);
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await at.dispose();
    rmSync(folder, { recursive: true });
  });

  const as = (party: keyof typeof FROM) => `--from ${FROM[party]} --yes`;
  const refused = (line: string, sentence: RegExp) => expectRefused(connection, at.verbs, line, sentence);
  const file = (name: string, content: Uint8Array | string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it("should put the description where agents look for it", async () => {
    const bundles = join(folder, "bundles");
    const open = `job open-chunks --chunks 2 --description ${file("film.json", FILM)} --start-price 2 --max-price 2`;
    const { programHash, dataUri } = await at.verbs.json(
      `${open} --bundles ${bundles} --url http://127.0.0.1:7000/ ${as("buyer")}`,
    );
    expect(programHash).to.equal(keccak256(Buffer.from(FILM)));
    expect(dataUri).to.equal(`http://127.0.0.1:7000/${String(programHash)}`);
    expect(readFileSync(join(bundles, String(programHash), "job.json"), "utf8")).to.equal(FILM);
    const { programHash: other } = await at.verbs.json(
      `${open.replace("film.json", "wish.txt")} --bundles ${bundles} ${as("buyer")}`.replace(
        join(folder, "wish.txt"),
        file("wish.txt", "a rabbit"),
      ),
    );
    expect(existsSync(join(bundles, String(other)))).to.equal(false);
  });

  it("should show a preview, and the whole once its key is released; nothing that was not committed to", async () => {
    const out = join(folder, "out");
    const fetchIt = `job fetch-chunk --task 1 --chunk 0 --out ${out}`;
    await refused(fetchIt, /Chunk 0 of task 1 was never submitted\. .*job chunks --task 1/);
    const whole = Buffer.from("all of the frame");
    const sealed = sealChunk(whole, KEY);
    const preview = Buffer.from("a part of it");
    await at.verbs.json(`job take --market approval --task 1 --node 1 ${as("alice")}`);
    await at.verbs.json(
      `job submit-chunk --task 1 --chunk 0 --preview ${file("preview", preview)} --cipher ${file("sealed", sealed)} ` +
        `--key ${KEY} ${as("alice")}`,
    );
    await refused(fetchIt, /The node of task 1 has not said where its chunks are\. .*reject/);
    const { nodes, alice } = at.world;
    const details = { region: ZeroHash, attributes: 0, source: ZeroHash, endpoint, metadata: "" };
    await nodes.connect(alice).setDetails(1, details);
    await refused(fetchIt, /\/chunks\/1\/1\/0\/1\/preview\.bin cannot be fetched: it answers 404\. /);
    served.set("/chunks/1/1/0/1/preview.bin", whole);
    await refused(fetchIt, /preview\.bin is not what was committed to on chain\. /);
    served.set("/chunks/1/1/0/1/preview.bin", preview);
    expect(await at.verbs.json(fetchIt)).to.deep.include({ isWhole: false, files: ["chunk-0-preview"] });
    expect(readFileSync(join(out, "chunk-0-preview"))).to.deep.equal(preview);

    await at.verbs.json(`job judge --task 1 --chunk 0 --approve ${as("buyer")}`);
    await at.verbs.json(`job release-key --task 1 --chunk 0 --key ${KEY} ${as("alice")}`);
    served.set("/chunks/1/1/0/1/sealed.bin", whole);
    await refused(fetchIt, /sealed\.bin is not what was committed to on chain\. /);
    served.set("/chunks/1/1/0/1/sealed.bin", sealed);
    const { stdout } = await at.verbs.run(fetchIt);
    expect(stdout).to.equal(`chunk-0-preview and chunk-0 are in ${out}, as they were committed to.\n`);
    expect(readFileSync(join(out, "chunk-0"))).to.deep.equal(whole);
  });

  it("should tell when a key opens nothing", async () => {
    const rubbish = Buffer.from("not sealed at all");
    const preview = Buffer.from("a promise");
    await at.verbs.json(
      `job submit-chunk --task 1 --chunk 1 --preview ${file("p", preview)} --cipher ${file("s", rubbish)} ` +
        `--key ${KEY} ${as("alice")}`,
    );
    expect(chunkHashes({ preview, sealed: rubbish, key: KEY }).cipherRoot).to.equal(keccak256(rubbish));
    await at.verbs.json(`job judge --task 1 --chunk 1 --approve ${as("buyer")}`);
    await at.verbs.json(`job release-key --task 1 --chunk 1 --key ${KEY} ${as("alice")}`);
    served.set("/chunks/1/1/1/1/preview.bin", preview);
    served.set("/chunks/1/1/1/1/sealed.bin", rubbish);
    await refused(
      `job fetch-chunk --task 1 --chunk 1 --out ${folder}`,
      /The key that was released does not open the chunk\. It may be sealed in another way/,
    );
  });
});
