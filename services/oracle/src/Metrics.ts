import { collectDefaultMetrics, Counter, Gauge, Histogram, type LabelValues, Registry } from "prom-client";

import { CONTRADICTION_KINDS } from "./member/Guard.js";

/** Kinds of duties that the day's budget of gas can hold back: answers are paid by who asks. */
const BUDGETED_DUTIES = ["audit", "correction", "cosign", "proof"] as const;

/** What a member measures of itself, in Prometheus' form. Alert rules on these names: `alerts.yml`. */
export class Metrics {
  readonly registry = new Registry();
  readonly heartbeats = this.counter("heartbeats_total", "Heartbeats by what became of them", ["outcome"]);
  readonly batches = this.counter("batches_total", "Batches of slots by what became of them", ["outcome"]);
  readonly observations = this.counter("observations_total", "Observations by what became of them", ["outcome"]);
  readonly statements = this.counter("statements_total", "Statements signed, by kind", ["kind"]);
  readonly reports = this.counter(
    "reports_total",
    "Reports this member tried to send, by outcome",
    ["outcome"],
    [{ outcome: "OVER_BUDGET" }],
  );
  readonly closes = this.counter(
    "closes_total",
    "Epochs that this member tried to close, by outcome",
    ["outcome"],
    [{ outcome: "OVER_BUDGET" }],
  );
  readonly contradictions = this.counter(
    "contradictions_total",
    "Statements of one attestor that exclude each other",
    ["kind"],
    CONTRADICTION_KINDS.map((kind) => ({ kind })),
  );
  readonly probes = this.counter(
    "probes_total",
    "Nodes asked at random, by outcome",
    ["outcome"],
    [{ outcome: "answered" }, { outcome: "silent" }],
  );
  readonly duties = this.counter(
    "duties_total",
    "Answers, proofs, corrections and late signatures, by outcome",
    ["kind", "outcome"],
    BUDGETED_DUTIES.map((kind) => ({ kind, outcome: "OVER_BUDGET" })),
  );
  readonly openDuties = this.gauge("open_duties", "Challenges, demands and corrections that are open");
  readonly answerDue = this.gauge(
    "answer_due_seconds",
    "Seconds left for the open challenge or demand that ends first, +Inf if there is none",
  );
  readonly requests = this.counter("requests_total", "HTTP requests by route and status", ["route", "status"]);
  readonly rpcFaults = this.counter("rpc_faults_total", "Answers of the chain's nodes that did not count", ["code"]);
  readonly stepFailures = this.counter("step_failures_total", "Rounds of work that failed, by error", ["code"]);
  readonly reorgs = this.counter("reorgs_total", "Times that blocks which were seen were replaced", []);
  readonly spentWei = this.gauge("gas_spent_today_wei", "Wei spent on gas since midnight UTC");
  readonly balanceWei = this.gauge("balance_wei", "Wei on the account that pays the gas");
  readonly affordableReports = this.gauge(
    "affordable_reports",
    "Reports that the account can pay for at the price of now",
  );
  readonly seat = this.gauge("seat", "1 if the key has a seat in the next epoch, else 0");
  readonly unsignedReports = this.gauge("unsigned_reports", "Newest final reports in a row that lack its signature");
  readonly problems = this.gauge("problems", "What keeps it from its work, in sentences of /health");
  readonly databaseBytes = this.gauge("database_bytes", "Bytes that the database takes, with its journal");
  readonly diskFreeBytes = this.gauge("disk_free_bytes", "Bytes that are free where the database lies");
  readonly peerUp = new Gauge({
    name: "millrace_oracle_peer_up",
    help: "1 if a peer gave the last answer that it was asked for, or a reason, else 0",
    labelNames: ["peer"],
    registers: [this.registry],
  });
  readonly headAge = this.gauge("head_age_seconds", "Seconds since a new block was seen");
  readonly epoch = this.gauge("epoch", "Epoch of the newest block");
  readonly lastReport = this.gauge("last_report_epoch", "Epoch of the newest report that stands, -1 for none");
  readonly backlog = this.gauge("signature_backlog", "Heartbeats that wait for their signature to be checked");
  readonly clockSkew = this.gauge("clock_skew_seconds", "How far this machine's clock is ahead of the chain's");
  readonly stepSeconds: Histogram;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.answerDue.set(Infinity);
    this.stepSeconds = new Histogram({
      name: "millrace_oracle_step_seconds",
      help: "Time of one round of work",
      buckets: [0.01, 0.05, 0.2, 1, 5, 20, 60],
      registers: [this.registry],
    });
  }

  /** @param known labels that are there from the start, at zero: rules of alerts see no increase to a first value */
  private counter<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    known: readonly LabelValues<Label>[] = [],
  ): Counter<Label> {
    const counter = new Counter({ name: `millrace_oracle_${name}`, help, labelNames, registers: [this.registry] });
    for (const labels of known) counter.inc(labels, 0);
    return counter;
  }

  private gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `millrace_oracle_${name}`, help, registers: [this.registry] });
  }
}
