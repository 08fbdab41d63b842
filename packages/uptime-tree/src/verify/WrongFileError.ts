/** Thrown when a file is not what it claims to be. */
export class WrongFileError extends Error {
  readonly code = "WRONG_FILE";
}
