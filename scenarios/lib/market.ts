/** The parties and the calls of a market, as the tests have them. */
export { marketWorld, MILL, type World } from "../../test/market/marketFixture.js";
export { NODE_OF_ALICE, type Opened, TaskDriver } from "../../test/market/taskDriver.js";
export { MachineDriver } from "../../test/market/machineDriver.js";
