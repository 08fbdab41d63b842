import { type Contracts, readNumbered } from "@millrace/sdk";

/** Numbers of the checkers' seats of an account, or of providers whose operator it is. */
export async function servedSeats(
  { seats, staking }: Pick<Contracts, "seats" | "staking">,
  address: string,
): Promise<number[]> {
  const isServed = async (seatId: number) => staking.isOperator((await seats.seatOf(seatId)).account, address);
  const served: number[] = [];
  for await (const [seatId, isOwn] of readNumbered(Number(await seats.seatCount()), isServed)) {
    if (isOwn) served.push(seatId);
  }
  return served;
}
