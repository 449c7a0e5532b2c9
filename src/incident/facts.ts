/** What the gateway knew of a machine at the moment of a report: counts and states, and no person. */

/** Instants in milliseconds UTC; null is "not known". Stored as it stands (docs/data.md, "Reports of terminals"). */
export interface MachineFacts {
  readonly atMs: number;
  readonly state: string | null;
  readonly errorCode: string | null;
  readonly failingSinceMs: number | null;
  readonly lastAttemptMs: number | null;
  readonly lastReadMs: number | null;
  readonly readThroughMs: number | null;
  readonly offsetMs: number | null;
  readonly offsetBoundMs: number | null;
  readonly serial: string | null;
  readonly address: string | null;
  readonly firmware: string | null;
  readonly platform: string | null;
  readonly deviceName: string | null;
  readonly records: number | null;
  readonly recordCapacity: number | null;
  /** Users its own counter showed. */
  readonly users: number | null;
  /** Different PINs in the thirty days before. */
  readonly usualPeople: number;
  /** Different PINs in all of its stored log. */
  readonly knownPins: number;
  readonly lastPunchMs: number | null;
  /** Other machines of the office, and how many of them were read without fault. */
  readonly otherMachines: number;
  readonly otherMachinesWell: number;
}
