import { readFileSync } from "node:fs";

import { expect } from "chai";
import { parse } from "yaml";

import { Metrics } from "../../../services/oracle/src/Metrics.js";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

/** A metric in an expression, and what it says of labels. */
interface Selector {
  readonly name: string;
  readonly labels: readonly { readonly name: string; readonly operator: string; readonly value: string }[];
}

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");

/** A counter whose labels are summed away, all but the process. */
const SUMMED = /sum by \(instance\) \((?:increase|rate)\([^)]*\)\)/g;

function selectorsOf(expr: string): Selector[] {
  return [...expr.matchAll(/(millrace_oracle_\w+)(?:\{([^}]*)\})?/g)].map(([, name = "", matchers = ""]) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)(=~|!=|!~|=)"([^"]*)"/g)].map(([, label = "", operator = "", value = ""]) => ({
      name: label,
      operator,
      value,
    })),
  }));
}

/** What tells an operator of faults must itself have none that nobody sees: a rule that cannot fire looks like health. */
describe("Alert rules of an attestor", () => {
  const { groups } = parse(read("services/oracle/alerts.yml")) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const { registry } = new Metrics();
  const labelsOf = (name: string): readonly string[] => {
    return (registry.getSingleMetric(name) as unknown as { labelNames: string[] }).labelNames;
  };

  it("should read metrics and labels that there are", () => {
    expect(rules).to.have.length.above(10);
    for (const { alert, expr } of rules) {
      for (const { name, labels } of selectorsOf(expr)) {
        expect(registry.getSingleMetric(name), `${alert}: ${name}`).not.to.equal(undefined);
        for (const label of labels) expect(labelsOf(name), `${alert}: ${name}`).to.include(label.name);
      }
    }
  });

  it("should find what they name, and what fires when it is counted once, at zero from the start", async () => {
    const samples = (await registry.metrics()).split("\n");
    for (const { alert, expr } of rules) {
      for (const { name, labels } of selectorsOf(expr)) {
        const named = labels.filter(({ operator }) => operator === "=");
        if (named.length === 0 && !expr.endsWith("> 0")) continue;
        const found = samples.filter(
          (line) => line.startsWith(name) && named.every((label) => line.includes(`${label.name}="${label.value}"`)),
        );
        expect(found, `${alert}: ${name}`).not.to.be.empty;
      }
    }
  });

  it("should compare only what has the same labels: of anything else nothing ever comes", () => {
    for (const { alert, expr } of rules) {
      for (const part of expr.split(" or ")) {
        const summed = part.match(SUMMED)?.length ?? 0;
        const bare = selectorsOf(part.replaceAll(SUMMED, ""));
        if (summed + bare.length < 2) continue;
        expect([summed, bare.length], alert).to.include(0);
        for (const { name } of bare) expect(labelsOf(name), `${alert}: ${name}`).to.deep.equal([]);
      }
    }
  });

  it("should lead to sections of the runbook", () => {
    for (const { alert, annotations } of rules) {
      const [page = "", anchor] = annotations.runbook.split("#");
      const headings = read(page).matchAll(/^## (.*)$/gm);
      const anchors = [...headings].map(([, heading = ""]) =>
        heading.toLowerCase().replaceAll(",", "").replaceAll(" ", "-"),
      );
      expect(anchors, alert).to.include(anchor);
    }
  });
});
