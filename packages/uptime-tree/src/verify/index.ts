export { STEPS, type Progress, type Step } from "./Progress.js";
export { WrongFileError } from "./WrongFileError.js";
export { encode, hex, keccak } from "./words.js";
export { verifyDataFile, type VerifiedFile } from "./verifyDataFile.js";
