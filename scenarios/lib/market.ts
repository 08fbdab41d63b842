/** The parties and the calls of a market, as the tests have them. */
export { CapacityRounds } from "../../test/capacity/CapacityRounds.js";
export { ApprovalDriver } from "../../test/market/approvalDriver.js";
export { LeaseDriver, type Proven } from "../../test/market/leaseDriver.js";
export { type LeaseOrder, leaseTerms, NO_DETAILS, openOrder } from "../../test/market/leaseTerms.js";
export { MachineDriver } from "../../test/market/machineDriver.js";
export { addAttestor, addNode, join, marketWorld, type World } from "../../test/market/marketFixture.js";
export { NODE_OF_ALICE, NODE_OF_BOB, type Opened, TaskDriver } from "../../test/market/taskDriver.js";
export { type Connection, CREDIT, MILL, PARAMETERS } from "../../test/support/deployMillrace.js";
export { domainOf } from "../../test/support/typedData.js";
export { type Statements, Testimony } from "../../test/uptime/Testimony.js";
