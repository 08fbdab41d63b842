import { noun, reading, writing } from "../lib/define.js";
import { BUY_OPTION } from "../lib/purchaseOption.js";
import { TRAIT_OPTIONS } from "../lib/traitOptions.js";

const ORDER = { description: "Number of the order", required: true } as const;
const SEAT = { description: "Number of the seat, from 0", default: "0" } as const;

export const orderTasks = noun("order", "Order leases at a climbing rate, alone or in clusters", [
  writing({
    name: "open",
    description: "Orders leases: locks the most that they can cost, and lets the rate climb until providers accept",
    options: {
      seats: { description: "Leases wanted, 1 to 16", default: "1" },
      units: { description: "Units of a node for each", default: "1" },
      seconds: { description: "Time of each, such as 10m", required: true },
      startRate: { description: "Offered for one unit at first, such as 0.5/h", required: true },
      maxRate: { description: "Offered for one unit at last", required: true },
      ramp: { description: "Time in which the rate climbs", default: "30s" },
      listed: { description: "Time in which seats can be accepted", default: "1h" },
      fill: { description: "Together or not at all, within this time of the first seat; one by one if left out" },
      class: { description: "Hardware class that nodes must have, any if left out" },
      nodes: { description: "Numbers of the nodes that may accept, with commas; any if left out" },
      ...TRAIT_OPTIONS,
      bond: { description: "MILL that a provider bonds for each seat", default: "0" },
      uptime: { description: "Uptime that it promises, such as 99%", default: "0%" },
      penalty: { description: "Part of the pay of seconds missed beyond it that the bond pays", default: "100%" },
      dark: { description: "Slots down in a row that are abandonment, 0 for none", default: "0" },
      workload: { description: "Hash of what shall run, for the provider" },
      url: { description: "Where providers read more", default: "" },
      ...BUY_OPTION,
    },
    action: () => import("./open.js"),
  }),
  writing({
    name: "accept",
    description: "Takes a seat with one of the account's nodes, at the rate of this second; or several at once",
    options: {
      order: ORDER,
      seat: { description: "Number of the seat, from 0, or several with commas", default: "0" },
      node: { description: "Number of the node, or one for each seat with commas", required: true },
    },
    action: () => import("./accept.js"),
  }),
  writing({
    name: "start",
    description: "Begins the leases of all seats of a full cluster that are ready",
    options: { order: ORDER },
    action: () => import("./start.js"),
  }),
  writing({
    name: "relist",
    description: "Puts what a provider left unserved back on the market",
    options: { order: ORDER, seat: SEAT },
    action: () => import("./relist.js"),
  }),
  writing({
    name: "close",
    description: "Closes an order, or the seat of one whose provider left; the escrow comes back",
    options: { order: ORDER, seat: { description: "Number of a seat whose provider left" } },
    action: () => import("./close.js"),
  }),
  reading({
    name: "list",
    description: "Lists orders and their seats",
    options: { buyer: { description: "Only those of this buyer: address or index" } },
    action: () => import("./list.js"),
  }),
]);
