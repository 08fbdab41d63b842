import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Reads an option's value that counts something; from 1 if nothing else is said. */
export function wholeNumber(least = 1, most = Number.MAX_SAFE_INTEGER): (given: string) => number {
  return (given) => {
    const number = Number(given);
    if (/^\d+$/.test(given) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : ` from ${least} to ${most}`;
    throw new InvalidArgumentError(`It must be a whole number${range}.`);
  };
}
