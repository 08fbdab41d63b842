import { noun, reading, writing } from "../lib/define.js";

const ACCOUNT = { description: "The attestor: address or index, the sender if left out" } as const;
const KEY = {
  description: "Key that signs reports: address or index of an unlocked account; the account itself if left out",
} as const;
const CONSENT = {
  description: "Signature by which the key agrees, as attestor consent makes it, where the chain's node lacks that key",
} as const;

export const attestorTasks = noun("attestor", "Seats of those who say who was up: apply, be paid, leave", [
  reading({
    name: "show",
    description: "Shows where an attestor stands, its bond, its key and what it is owed",
    options: { account: { description: "The attestor: address or index", required: true } },
    action: () => import("./show.js"),
  }),
  writing({
    name: "apply",
    description: "Offers the account's stake and a key for attesting; governance admits",
    options: { key: KEY, consent: CONSENT },
    action: () => import("./apply.js"),
  }),
  reading({
    name: "consent",
    description: "Signs, with an attestor's key, that it serves an account; sends nothing to the chain",
    options: {
      account: { description: "The account that applies or rotates: address or index", required: true },
      from: { description: "The key: address or index of an account of the node or the network's config" },
    },
    action: () => import("./consent.js"),
  }),
  writing({
    name: "admit",
    description: "As the governor: admits an applicant from the next epoch on, and bonds its stake",
    options: { account: { description: "The applicant: address or index", required: true } },
    action: () => import("./admit.js"),
  }),
  writing({
    name: "rotate",
    description: "Changes the key that signs, from the next epoch on",
    options: { key: { ...KEY, required: true }, consent: CONSENT },
    action: () => import("./rotate.js"),
  }),
  writing({
    name: "pay",
    description: "Pays an attestor its share of the pots of final reports that it signed; anyone may",
    options: {
      account: ACCOUNT,
      last: { description: "How many epochs to look back", default: "100" },
    },
    action: () => import("./pay.js"),
  }),
  writing({
    name: "leave",
    description: "Leaves the set with the next epoch, or takes an application back; the bond stays a while",
    action: () => import("./leave.js"),
  }),
  writing({
    name: "eject",
    description: "Takes an attestor out of the set that has signed nothing for long; anyone may",
    options: { account: { description: "The attestor: address or index", required: true } },
    action: () => import("./eject.js"),
  }),
  writing({
    name: "release",
    description: "Returns the bond of an attestor that left long enough ago to its stake; anyone may",
    options: { account: ACCOUNT },
    action: () => import("./release.js"),
  }),
]);
