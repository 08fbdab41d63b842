/** What every off-chain part of Millrace shares. */

export { type BeaconBlock, findBeaconBlock, type RawProvider } from "./chain/beaconBlock.js";
export { BeaconRecorder } from "./chain/BeaconRecorder.js";
export { BlockClock } from "./chain/BlockClock.js";
export { EpochClock } from "./chain/EpochClock.js";
export { isLocalChain } from "./chain/localChains.js";
export { openChain } from "./chain/openChain.js";
export { openQuorum } from "./chain/rpc/openQuorum.js";
export { pickedNodes } from "./chain/pickedNodes.js";
export { QuorumProvider } from "./chain/rpc/QuorumProvider.js";
export { RpcEndpoint, RpcFault, type FaultCode, type RpcAnswer } from "./chain/rpc/RpcEndpoint.js";
export { RpcQuorum } from "./chain/rpc/RpcQuorum.js";
export { TransactionSender, type GasBudget } from "./chain/TransactionSender.js";
export { agentConsentTypes, inspectionTypes, permitTypes, quoteTypes, voucherTypes } from "./chain/typedData.js";
export { loadConfig } from "./config/loadConfig.js";
export { readEnvironment, type Environment } from "./config/readEnvironment.js";
export { connectContracts, type Contracts } from "./deployment/connectContracts.js";
export { CONTRACT_NAMES, deploymentSchema, type ContractName, type Deployment } from "./deployment/Deployment.js";
export { deploymentPath } from "./deployment/deploymentPath.js";
export { loadDeployment, readDeployment } from "./deployment/loadDeployment.js";
export { saveDeployment } from "./deployment/saveDeployment.js";
export { contractErrors, parseRevert } from "./errors/contractErrors.js";
export { decodeError } from "./errors/decodeError.js";
export { describeRevert } from "./errors/describeRevert.js";
export { formatArgument, isUnit } from "./errors/formatArgument.js";
export { isNonceError } from "./errors/isNonceError.js";
export { MillraceError, type ErrorCode, type Revert } from "./errors/MillraceError.js";
export { SENTENCES } from "./errors/sentences/index.js";
export { createLogger, type Logger } from "./log/createLogger.js";
export { listen, type Address, type Listener } from "./process/listen.js";
export { Shutdown } from "./process/Shutdown.js";
export {
  runService,
  serviceSchema,
  type CheckContext,
  type ServiceConfig,
  type ServiceContext,
} from "./process/runService.js";
export { sleep } from "./process/sleep.js";
export { formatCredits, parseCredits } from "./units/credits.js";
export { formatDuration, parseDuration } from "./units/duration.js";
export { hexToBytes, parseHex, shortHex } from "./units/hex.js";
export { formatKinds, LABELS, labelOf, labelsOf, type LabelSet } from "./units/labels.js";
export { formatMill, parseMill } from "./units/mill.js";
export { formatPpm, MAX_PPM, parsePpm } from "./units/ppm.js";
export { formatRate, parseRate } from "./units/rate.js";
export { formatTime } from "./units/time.js";
export { formatWad, formatWadExact, parseWad, WAD } from "./units/wad.js";
