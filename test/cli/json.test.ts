import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { COUNTED, jsonText, lastWord } from "../../tasks/lib/jsonText.js";
import { jsonFields } from "./jsonFields.js";

/** Names of amounts, of sets of bits, and of what is wider than a number: decimal strings, whatever they are worth. */
const AMOUNTS: ReadonlySet<string> = new Set([
  ...["mill", "fromWork", "fromNodes", "mostMill", "owedMill", "wallet", "supply", "amount", "total"],
  ...["active", "staked", "stake", "stakeDue", "stakePerUnit", "thawing", "required", "weight", "fromStake"],
  ...["delegated", "fromDelegated", "undelegating", "earning", "joining", "worth", "shares", "share"],
  ...["rewards", "streaming", "arriving", "earned", "collectable", "requested", "answered", "silent", "delta"],
  ...["bond", "bonds", "bonded", "bondRequired", "bondSlashed", "bondReturned", "slashed"],
  ...["credits", "free", "locked", "burned", "escrow", "deposited", "cumulative", "left", "paid", "redeemed"],
  ...["refunded", "returned", "price", "startPrice", "maxPrice", "rate", "ratePerUnit", "loWad", "hiWad"],
  ...["bank", "owed", "outstanding", "reserved", "emitted", "cancelled", "burnedForGood", "feeBurn", "surplusBurn"],
  ...["wei", "owedWei", "feeWei"],
  ...["attributes", "seen", "nonce", "totalPoints"],
]);

/** What has a hash for its number, what is printed as it was signed, and contracts, which have their own names. */
const TEXTS = /\.(channelId|challengeId|demandId|branches\[\]\.id)$|\.quote\.|\.contracts\./;

describe("JSON of commands", () => {
  it("should be numbers for what is counted, and texts for amounts, however large or small", () => {
    const nodes = [{ nodeId: 1n, stake: 1n }];
    const given = { claimId: 257n, epoch: 7n, mill: 0n, seatIds: [1n, 2n], paid: [{ paid: 5n }], nodes, at: -1n };
    const wanted = { epoch: 7, mill: "0", seatIds: [1, 2], paid: [{ paid: "5" }], nodes: [{ nodeId: 1, stake: "1" }] };
    expect(JSON.parse(jsonText(given))).to.deep.equal({ claimId: 257, ...wanted, at: -1 });
    expect(JSON.parse(jsonText({ epoch: 2n ** 53n }))).to.deep.equal({ epoch: `${2n ** 53n}` });
  });

  it("should name everything in every command so that this is certain", () => {
    const fields = jsonFields(fileURLToPath(new URL("../..", import.meta.url)));
    expect(new Set(fields.map(({ at }) => at)).size, "commands that print").to.be.greaterThan(100);
    const wrong = fields.filter(({ path, type }) => {
      const name = path.replaceAll("[]", "").replace(/^.*\./, "");
      const [isCounted, isAmount] = [COUNTED.has(lastWord(name)), AMOUNTS.has(name)];
      if (type === "bigint") return isCounted === isAmount;
      if (type === "string") return isCounted && lastWord(name) !== "from" && !TEXTS.test(path);
      return type === "any" || (isAmount && path !== ".classes[].weight");
    });
    expect(wrong.map(({ at, path, type }) => `${at} prints ${path}, a ${type}`)).to.deep.equal([]);
  });
});
