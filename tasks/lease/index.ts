import { noun, reading, writing } from "../lib/define.js";
import { BUY_OPTION } from "../lib/purchaseOption.js";

const LEASE = { description: "Number of the lease", required: true } as const;

export const leaseTasks = noun("lease", "What either side does with a lease that runs", [
  reading({
    name: "show",
    description: "Shows a lease: what is paid, what was promised, what is settled next",
    options: { lease: LEASE },
    action: () => import("./show.js"),
  }),
  writing({
    name: "topup",
    description: "As the buyer: adds the whole seconds that credits buy; a paused lease resumes",
    options: { lease: LEASE, credits: { description: "Most credits to lock", required: true }, ...BUY_OPTION },
    action: () => import("./topup.js"),
  }),
  writing({
    name: "extend",
    description: "As the buyer: adds time at the lease's own rate; a paused lease resumes",
    options: { lease: LEASE, seconds: { description: "Time to add, such as 10m", required: true }, ...BUY_OPTION },
    action: () => import("./extend.js"),
  }),
  writing({
    name: "notice",
    description: "As either side: ends a lease after the notice period",
    options: { lease: LEASE },
    action: () => import("./notice.js"),
  }),
  writing({
    name: "object",
    description: "As the buyer: refuses to pay for an epoch without a report, until the longer timeout",
    options: { lease: LEASE, epoch: { description: "The epoch, the next to settle if left out" } },
    action: () => import("./object.js"),
  }),
  writing({
    name: "abandon",
    description: "As the provider: ends a bonded lease now, at the cost of the notice period's pay",
    options: { lease: LEASE },
    action: () => import("./abandon.js"),
  }),
  writing({
    name: "release",
    description: "Frees the units of a lease whose time is over, and the bond of one that is settled",
    options: { lease: LEASE },
    action: () => import("./release.js"),
  }),
  writing({
    name: "settle",
    description: "Settles every epoch of many leases that an attestor has the final report of",
    options: {
      leases: { description: "Numbers of the leases, with commas", required: true },
      attestor: {
        description: "URLs of attestors that have the nodes' uptime, with commas between them",
        required: true,
      },
    },
    action: () => import("./settle.js"),
  }),
]);
