import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Trace } from "@millrace/rv32";
import { Execution, programOfElf } from "@millrace/rv32";
import { expect } from "chai";
import hre from "hardhat";

import { type Job, runValues } from "../claims/support/runs.js";
import { MachineDriver } from "./machineDriver.js";
import { marketWorld, TASK_STATUSES, type TaskStatus } from "./marketFixture.js";
import { NODE_OF_BOB, type Opened } from "./taskDriver.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const ELF = readFileSync(join(import.meta.dirname, "../packages/rv32/guests/sorting-O2.elf"));
const JOB: Job = { program: programOfElf(ELF, { depth: 10, maxSteps: 100_000n }), input: Uint8Array.of(7) };
const RUN: Trace = new Execution(JOB.program, JOB.input).run();
