import { readFileSync } from "node:fs";

import { expect } from "chai";
import { Interface } from "ethers";
import hre from "hardhat";

import { GOVERNED, GUARDIAN_FUNCTIONS } from "../../ignition/roles.js";
import { WIRING } from "../../ignition/wiring.js";
import { restrictedFunctions } from "./restricted.js";

const GUIDE = readFileSync(new URL("../../docs/audit-guide.md", import.meta.url), "utf8");

/** Rows of the table below a heading, as cells without their back-ticks. */
function tableUnder(heading: string): string[][] {
  const section = GUIDE.split(/^## /m).find((text) => text.startsWith(heading)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  const cells = rows.map((row) => row.slice(1, -1).split("|"));
  return cells.slice(2).map((row) => row.map((cell) => cell.replaceAll("`", "").trim()));
}

/** Interfaces of which a deployment has several, or whose contract has another name, by who is given them. */
const MEANT: Readonly<Record<string, string>> = {
  ...{ IERC20: "MillToken", IBeacon: "BlockBeacon", IKernel: "Kernels", IAggregatorV3: "F" },
  ...{ IMachineVerifier: "Rv32Verifier" },
  ...{ "ResultChecks.IClaimGame": "ResultClaims", "RunChecks.IClaimGame": "RunClaims" },
  ...{ "ResultChecks.ITaskBook": "TaskMarket", "RunChecks.ITaskBook": "MachineMarket" },
  ...{ "TaskMarket.IClaimGame": "ResultClaims", "MachineMarket.IClaimGame": "RunClaims" },
};

/** Who calls whom by the graph. */
function graphEdges(): Set<string> {
  const [, graph = ""] = /flowchart TD\n([^`]*)/.exec(GUIDE) ?? [];
  return new Set(
    graph.split("\n").flatMap((line) => {
      const [, callers = "", callee = ""] = /^ +([\w &]+?) (?:-->\|[^|]+\||-->|-\.->) (\w+)/.exec(line) ?? [];
      return callers.split(" & ").map((caller) => `${caller} ${callee}`);
    }),
  );
}

/** Contracts that a constructor is given, in structs too. */
function given(inputs: readonly Input[]): string[] {
  return inputs.flatMap(({ internalType = "", components = [] }) => [
    ...(internalType.startsWith("contract ") ? [internalType.slice("contract ".length)] : []),
    ...given(components),
  ]);
}

interface Input {
  readonly internalType?: string;
  readonly components?: readonly Input[];
}

describe("docs/audit-guide.md", function () {
  it("has the wiring of the deployment, line by line", function () {
    const expected = WIRING.map(({ callee, caller, permissions }) => [callee, caller, permissions.join(", ")]);
    expect(tableUnder("Who may call whom").map((row) => row.slice(0, 3))).to.deep.equal(expected);
  });

  it("has every restricted function with its role", async function () {
    const interfaces = Object.fromEntries(
      await Promise.all(
        GOVERNED.map(async ({ contract }) => {
          const { abi } = await hre.artifacts.readArtifact(contract);
          return [contract, new Interface(abi)] as const;
        }),
      ),
    );
    const expected = restrictedFunctions(interfaces).map(({ contract, fragment }) => {
      const guarded = (GUARDIAN_FUNCTIONS as readonly string[]).includes(fragment.name);
      return `${contract}.${fragment.name}: ${guarded ? "guardian" : "governor"}`;
    });
    const listed = tableUnder("Restricted functions").flatMap(([contract, names, role]) =>
      names.split(", ").map((name) => `${contract}.${name}: ${role}`),
    );
    expect(listed.sort()).to.deep.equal(expected.sort());
  });

  it("has an arrow from each contract to every one that its constructor is given", async function () {
    const edges = graphEdges();
    const missing: string[] = [];
    for (const contract of new Set([...edges].map((edge) => edge.split(" ")[0] ?? ""))) {
      if (contract === "") continue;
      const { abi } = await hre.artifacts.readArtifact(contract);
      const inputs = (abi as { type: string; inputs?: Input[] }[]).find(({ type }) => type === "constructor")?.inputs;
      for (const name of given(inputs ?? [])) {
        const meant = MEANT[`${contract}.${name}`] ?? MEANT[name] ?? name.slice(1);
        if (!edges.has(`${contract} ${meant}`)) missing.push(`${contract} ${meant}`);
      }
    }
    expect(missing).to.deep.equal([]);
  });

  it("lists every promise", function () {
    const invariants = readFileSync(new URL("../../docs/invariants.md", import.meta.url), "utf8");
    for (const [, id] of invariants.matchAll(/^\| (I\d+)/gm)) expect(GUIDE).to.include(id);
  });
});
