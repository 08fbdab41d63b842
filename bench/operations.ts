/** An operation as it is reported: what it does here, and the peers' figure for the same. */
export interface Operation {
  /** Fixed id in `reports/gas.json`, less its `gas.`. */
  readonly id: string;
  /** What is called, and in which state. */
  readonly what: string;
  /** The peers' operation of the same purpose; none if no peer has one. */
  readonly peer?: PeerFigure;
}

/** Lowest measured figure of a generic operation, from the peers' own tests. */
export interface PeerFigure {
  readonly generic: string;
  readonly gas: number;
  readonly call: string;
  /** Median figures of others. */
  readonly others: string;
  /** Why ours may be above the lowest; printed only where it is. */
  readonly why?: string;
}

const ACCEPT: PeerFigure = {
  generic: "accept, bid or lease",
  gas: 53_374,
  call: "Arbius signalCommitment",
  others:
    "PoCo presign 83,470; Prime Intellect join 194,848; The Graph startService 324,210; Fluence matchDeal 821,286",
  why: "the lowest only stores a hash: it locks no bond, checks no stake and reserves no hardware. The lowest that does is Prime Intellect's join",
};

/** Terms agreed and the lease written at once, which others do in two or three transactions. */
const ACCEPT_AND_BEGIN: PeerFigure = {
  ...ACCEPT,
  why: "the lowest only stores a hash. Ours takes both sides' bonds and escrow, reserves the units and begins the lease with its uptime pledge in one transaction: at least four slots written for the first time, at 22,100 each. Prime Intellect's join locks neither bond nor escrow and records no terms",
};

const SLASH: PeerFigure = {
  generic: "slash",
  gas: 76_581,
  call: "The Graph HorizonStaking.slash, no reward",
  others: "Prime Intellect 89,094; The Graph with reward 123,543; Prime Intellect invalidateWork 335,224",
  why: "the lowest is told the amount by an authorised account; ours proves the missed deadline, splits the bond, refunds the order and lists it again in the same transaction",
};

const OPEN: PeerFigure = {
  generic: "open a job with escrow",
  gas: 220_341,
  call: "Arbius submitTask, fee above zero, repeat",
  others: "Arbius first 271,641; PoCo matchOrdersBoost 471,602; Fluence deployDeal 1,091,241",
};

const SUBMIT: PeerFigure = {
  generic: "submit a result",
  gas: 115_738,
  call: "PoCo pushResultBoost",
  others: "Arbius 210,081 + 53,374; Prime Intellect 226,819; PoCo contribute + reveal 453,073",
  why: "the lowest stores a result that nobody can dispute; ours commits to every word of it and opens a window in which anyone can prove one wrong",
};

const SETTLE: PeerFigure = {
  generic: "settle a job or payout",
  gas: 161_958,
  call: "The Graph GraphTallyCollector.collect",
  others: "Fluence 170,933; Arbius 173,540; Livepeer ticket 204,297; PoCo finalize 351,364",
};

const CLAIM: PeerFigure = {
  generic: "claim rewards",
  gas: 108_320,
  call: "Prime Intellect RewardsDistributor.claimRewards",
  others: "Prime Intellect by work 158,677; Livepeer withdrawFees 253,990; The Graph 304,854",
};

/** In the order of a provider's and a buyer's life. */
export const OPERATIONS: readonly Operation[] = [
  {
    id: "register-provider",
    what: "`StakingRegistry.register`",
    peer: {
      generic: "register provider",
      gas: 78_126,
      call: "Fluence setProviderInfo",
      others: "Livepeer 120,474; The Graph 130,906; Prime Intellect with stake 223,849; PoCo 577,214",
    },
  },
  {
    id: "stake-first",
    what: "`StakingRegistry.stake`, first of an account",
    peer: {
      generic: "stake, first",
      gas: 92_285,
      call: "The Graph stakeTo",
      others: "Prime Intellect 103,841; PoCo deposit 111,679; Arbius 152,768; Livepeer bond 591,592",
    },
  },
  {
    id: "stake-top-up",
    what: "`StakingRegistry.stake`, again",
    peer: {
      generic: "stake, top-up",
      gas: 70_164,
      call: "PoCo approveAndCall",
      others: "The Graph 70,481; Arbius 78,380",
    },
  },
  {
    id: "unstake-request",
    what: "`StakingRegistry.unstake`: a thaw begins",
    peer: {
      generic: "unstake request",
      gas: 90_024,
      call: "Arbius, second request",
      others: "The Graph thaw 146,087; Prime Intellect 169,883; Livepeer 517,254",
    },
  },
  {
    id: "withdraw",
    what: "`StakingRegistry.withdraw` of a matured thaw",
    peer: {
      generic: "withdraw",
      gas: 47_531,
      call: "PoCo withdraw",
      others: "Prime Intellect 68,774; Arbius 88,481; Livepeer 104,401; The Graph 78,660 + 61,230",
      why: "the lowest pays out of a balance at once, without a thaw that a slash could still reach. Of those with a thaw Prime Intellect's minimum is 54,877",
    },
  },
  { id: "delegate", what: "`StakingRegistry.delegate`, first of a delegator" },
  { id: "undelegate", what: "`StakingRegistry.undelegate`" },
  { id: "withdraw-delegation", what: "`StakingRegistry.withdrawDelegation`" },
  {
    id: "add-node",
    what: "`NodeRegistry.addNode`, with the agent's signature",
    peer: {
      generic: "register a node",
      gas: 256_874,
      call: "Prime Intellect addComputeNode",
      others: "Fluence registerMarketOffer 926,831 for three",
    },
  },
  {
    id: "buy-credits",
    what: "`BurnMintSettlement.buy`, first of a buyer: MILL is burned at the median of two feeds",
  },
  { id: "buy-credits-again", what: "`BurnMintSettlement.buy`, again" },
  { id: "hire-lease", what: "`LeaseMarket.hire` at a posted ask", peer: ACCEPT },
  {
    id: "open-task",
    what: "`TaskMarket.open`: escrow locked, terms in the log",
    peer: OPEN,
  },
  { id: "accept-task", what: "`TaskMarket.accept`: bond locked, node reserved", peer: ACCEPT },
  {
    id: "submit-result",
    what: "`TaskMarket.submit`: a claim is posted",
    peer: SUBMIT,
  },
  { id: "finalize-task", what: "`TaskMarket.finalize`, first payment of a provider", peer: SETTLE },
  { id: "open-approval-task", what: "`ApprovalMarket.open`, three chunks", peer: OPEN },
  { id: "accept-approval-task", what: "`ApprovalMarket.accept`", peer: ACCEPT },
  { id: "submit-chunk", what: "`ApprovalMarket.submitChunk`", peer: SUBMIT },
  { id: "approve-chunk", what: "`ApprovalMarket.approveChunk` by the buyer" },
  { id: "release-key", what: "`ApprovalMarket.releaseKey`: the chunk is paid", peer: SETTLE },
  { id: "settle-lease-epoch-first", what: "`LeaseMarket.settle` of a lease's first epoch", peer: SETTLE },
  { id: "settle-lease-epoch", what: "`LeaseMarket.settle` of a later epoch", peer: SETTLE },
  { id: "close-lease", what: "`LeaseMarket.close` by the buyer" },
  { id: "top-up-lease", what: "`LeaseMarket.topUp` of a running lease" },
  { id: "give-notice", what: "`LeaseMarket.giveNotice` by the provider, of an order's lease" },
  { id: "abandon-lease", what: "`LeaseMarket.abandon`: the bond is slashed, the rest refunded" },
  { id: "open-order", what: "`LeaseOrders.open` with a pledge", peer: OPEN },
  { id: "accept-seat", what: "`LeaseOrders.accept`: bond locked, the lease begins", peer: ACCEPT_AND_BEGIN },
  { id: "hold-seat", what: "`LeaseOrders.accept` of a cluster's first seat: bond locked, node reserved", peer: ACCEPT },
  { id: "accept-seats", what: "`LeaseOrders.acceptSeats`, two of a cluster, each", peer: ACCEPT },
  { id: "start-seats", what: "`LeaseOrders.startSeats`, four of a full cluster, each" },
  { id: "relist-seat", what: "`LeaseOrders.relist` of a seat that its provider left" },
  { id: "close-cluster", what: "`LeaseOrders.close` of a cluster in which one seat waited in vain, and is paid" },
  { id: "take-quote", what: "`QuoteDesk.take` with a bond: the lease begins", peer: ACCEPT_AND_BEGIN },
  { id: "cancel-quotes", what: "`QuoteDesk.cancel`, first of 256 nonces" },
  { id: "buy-and-hire", what: "`LeaseMarket.multicall`: credits by a permit, and a hire" },
  { id: "settle-many", what: "`LeaseMarket.settleMany` of five leases, each", peer: SETTLE },
  { id: "collect-many", what: "`BurnMintSettlement.collectMany` for five accounts, each", peer: CLAIM },
  { id: "accept-many", what: "`TaskMarket.acceptMany`, two, each", peer: ACCEPT },
  { id: "finalize-many", what: "`TaskMarket.finalizeMany`, two, each", peer: SETTLE },
  { id: "publish-traits", what: "`NodeTraits.publish`: once for any number of orders" },
  { id: "accept-fitting-task", what: "`TaskMarket.acceptFitting`: region and attributes shown", peer: ACCEPT },
  { id: "open-proof-task", what: "`ProofMarket.open`, its program in the log", peer: OPEN },
  { id: "accept-proof-task", what: "`ProofMarket.accept`", peer: ACCEPT },
  { id: "submit-proof", what: "`ProofMarket.submit`: a Groth16 proof verified, the task paid" },
  {
    id: "open-channel",
    what: "`VoucherChannels.open`",
    peer: {
      generic: "escrow only",
      gas: 82_932,
      call: "Livepeer fundDeposit",
      others: "The Graph deposit 90,721",
    },
  },
  { id: "redeem-voucher", what: "`VoucherChannels.redeem`, first of a channel", peer: SETTLE },
  { id: "redeem-voucher-again", what: "`VoucherChannels.redeem`, again", peer: SETTLE },
  {
    id: "close-epoch",
    what: "`BurnMintSettlement.closeEpoch`, whole network",
    peer: {
      generic: "epoch tick",
      gas: 218_324,
      call: "Livepeer initializeRound, minimum",
      others: "Livepeer median 240,224",
      why: "the lowest sets a round's number and its inflation; ours proves two feeds' rounds, prices all redemptions, burns, emits and mints four pots",
    },
  },
  { id: "report-k5", what: "`UptimeOracle.submitReport` with five signatures, any number of nodes" },
  { id: "claim-rewards-first", what: "`UptimeRewards.collect`, first of a node", peer: CLAIM },
  { id: "claim-rewards-repeat", what: "`UptimeRewards.collect`, again", peer: CLAIM },
  {
    id: "claim-rewards-first-batch",
    what: "`UptimeRewards.collectMany` for ten nodes, first of each, each",
    peer: CLAIM,
  },
  { id: "claim-rewards-repeat-batch", what: "`UptimeRewards.collectMany` for ten nodes, again, each", peer: CLAIM },
  { id: "collect-earnings", what: "`BurnMintSettlement.collect`: earned credits become MILL", peer: CLAIM },
  { id: "slash", what: "`TaskMarket.release` of an overdue task", peer: SLASH },
  {
    id: "open-dispute",
    what: "`ResultClaims.pointTop`",
    peer: {
      generic: "open a dispute",
      gas: 166_481,
      call: "PRT joinTournament",
      others: "Arbius 235,939; The Graph 296,244; BoLD 340,296; OP 409,541",
    },
  },
  {
    id: "dispute-move",
    what: "`ResultClaims.open` of 32 branches, and `point`",
    peer: {
      generic: "one dispute move",
      gas: 87_570,
      call: "PRT advanceMatch",
      others: "Arbius vote 116,849; OP 253,603; BoLD 466,253",
    },
  },
  {
    id: "dispute-final",
    what: "`ResultClaims.prove`: a wrong word recomputed, the bond slashed and split",
    peer: {
      generic: "final step, recomputation included",
      gas: 300_491,
      call: "OP step at depth 73",
      others: "mocked, without recomputation: BoLD 138,251; PRT 229,846",
    },
  },
];

/** Nodes that one report covers, for the figure per node. */
export const NODES_OF_A_REPORT = 1_000_000;
