/** Offences of `SlashTable.Offence`, as numbers. */
export const Offence = {
  None: 0,
  WrongResult: 1,
  ResultWithheld: 2,
  NotDelivered: 3,
  UptimeBelowPromise: 4,
  LeaseAbandoned: 5,
  WrongCapacityProof: 6,
  AttestorContradiction: 7,
  AttestorNoHeartbeat: 8,
  FalseReport: 9,
  FalseVouch: 10,
  CheckMissed: 11,
} as const;
