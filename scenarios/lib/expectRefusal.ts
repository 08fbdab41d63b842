import { decodeError } from "@millrace/sdk";

/**
 * Makes sure that a contract refuses a call, and why.
 * @param error - name of the custom error
 * @returns what the command line would say of it
 */
export async function expectRefusal(error: string, call: () => Promise<unknown>): Promise<string> {
  const failure = await call().then(
    () => undefined,
    (cause: unknown) => decodeError(cause),
  );
  if (failure === undefined) throw new Error(`nothing was refused where ${error} was expected`);
  if (failure.revert?.name !== error) throw new Error(`${error} was expected`, { cause: failure });
  return failure.message.replace(/\.$/, "");
}
