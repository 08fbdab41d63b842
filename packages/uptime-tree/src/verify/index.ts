export { STEPS, type Progress, type Step } from "./Progress.js";
export { verifyDataFile, type VerifiedFile } from "./verifyDataFile.js";
export { WrongFileError } from "./WrongFileError.js";
