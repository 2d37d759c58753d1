/** What one part of the torture found: a row of its table. */
export interface Outcome {
  /** The part. */
  name: string;
  cases: number;
  /** How they ended, in words. */
  found: string;
  /** What must not happen, a line each. */
  faults: string[];
}
