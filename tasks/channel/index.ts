import { noun, reading, writing } from "../lib/define.js";
import { BUY_OPTION } from "../lib/purchaseOption.js";

const CHANNEL = { description: "Number of the channel", required: true } as const;

export const channelTasks = noun("channel", "Pay a provider by the request, with signed vouchers", [
  writing({
    name: "open",
    description: "Locks credits towards one provider",
    options: {
      provider: { description: "The provider: address or index", required: true },
      credits: { description: "Credits to lock, such as 50", required: true },
      notice: { description: "Notice to give before taking the rest back", default: "1h" },
      ...BUY_OPTION,
    },
    action: () => import("./open.js"),
  }),
  writing({
    name: "topup",
    description: "Locks more credits in a channel, and withdraws a notice",
    options: { channel: CHANNEL, credits: { description: "Credits to add", required: true } },
    action: () => import("./topup.js"),
  }),
  reading({
    name: "voucher",
    description: "Signs, as the buyer, how much a channel owes in all; sends nothing to the chain",
    options: {
      channel: CHANNEL,
      total: { description: "Credits owed in all, earlier vouchers included", required: true },
      out: { description: "File to write the voucher into", default: "voucher.json" },
      from: { description: "Account to sign with: address or index of an account of the node or the network's config" },
    },
    action: () => import("./voucher.js"),
  }),
  writing({
    name: "redeem",
    description: "Takes, as the provider, what a voucher is worth beyond all earlier ones",
    options: { voucher: { description: "File that the buyer's channel voucher wrote", required: true } },
    action: () => import("./redeem.js"),
  }),
  writing({
    name: "redeem-many",
    description: "Takes what many vouchers are worth, in one transaction; tells which of them failed",
    options: { vouchers: { description: "Files of vouchers, with commas; 1 to 64", required: true } },
    action: () => import("./redeemMany.js"),
  }),
  writing({
    name: "close",
    description: "As the provider ends a channel; as the buyer gives notice, and after it takes the rest",
    options: { channel: CHANNEL },
    action: () => import("./close.js"),
  }),
  reading({
    name: "show",
    description: "Shows a channel, or all of them",
    options: {
      channel: { description: "Number of the channel; all if left out" },
      account: { description: "Only those of this buyer or provider: address or index" },
    },
    action: () => import("./show.js"),
  }),
]);
