import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What a member measures of itself, in Prometheus' form. Alert rules on these names: `alerts.yml`. */
export class Metrics {
  readonly registry = new Registry();
  readonly heartbeats = this.counter("heartbeats_total", "Heartbeats by what became of them", ["outcome"]);
  readonly batches = this.counter("batches_total", "Batches of slots by what became of them", ["outcome"]);
  readonly observations = this.counter("observations_total", "Observations by what became of them", ["outcome"]);
  readonly statements = this.counter("statements_total", "Statements signed, by kind", ["kind"]);
  readonly reports = this.counter("reports_total", "Reports this member tried to send, by outcome", ["outcome"]);
  readonly contradictions = this.counter("contradictions_total", "Statements of one attestor that exclude each other", [
    "kind",
  ]);
  readonly probes = this.counter("probes_total", "Nodes asked at random, by outcome", ["outcome"]);
  readonly duties = this.counter("duties_total", "Answers, proofs, corrections and late signatures, by outcome", [
    "kind",
    "outcome",
  ]);
  readonly openDuties = this.gauge("open_duties", "Challenges, demands and corrections that are open");
  readonly requests = this.counter("requests_total", "HTTP requests by route and status", ["route", "status"]);
  readonly rpcFaults = this.counter("rpc_faults_total", "Answers of the chain's nodes that did not count", ["code"]);
  readonly stepFailures = this.counter("step_failures_total", "Rounds of work that failed, by error", ["code"]);
  readonly reorgs = this.counter("reorgs_total", "Times that blocks which were seen were replaced", []);
  readonly spentWei = this.gauge("gas_spent_today_wei", "Wei spent on gas since midnight UTC");
  readonly balanceWei = this.gauge("balance_wei", "Wei on the account that pays the gas");
  readonly headAge = this.gauge("head_age_seconds", "Seconds since a new block was seen");
  readonly epoch = this.gauge("epoch", "Epoch of the newest block");
  readonly lastReport = this.gauge("last_report_epoch", "Epoch of the newest report that stands, -1 for none");
  readonly backlog = this.gauge("signature_backlog", "Heartbeats that wait for their signature to be checked");
  readonly clockSkew = this.gauge("clock_skew_seconds", "How far this machine's clock is ahead of the chain's");
  readonly stepSeconds: Histogram;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.stepSeconds = new Histogram({
      name: "millrace_oracle_step_seconds",
      help: "Time of one round of work",
      buckets: [0.01, 0.05, 0.2, 1, 5, 20, 60],
      registers: [this.registry],
    });
  }

  private counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `millrace_oracle_${name}`, help, labelNames, registers: [this.registry] });
  }

  private gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `millrace_oracle_${name}`, help, registers: [this.registry] });
  }
}
