/** What the open interest of a market depends on. */
export interface OpenInterestInput {
  /** Around what it moves over the years, in lots. */
  readonly usualLots: number;
  /** A number in [-1, 1] that goes from one height to the next in about `hours`. */
  readonly noiseAt: (hours: number, tick: number) => number;
}

/** How far the open interest moves within about so many hours, as a fraction. */
const moves = [
  { hours: 720, height: 0.4 },
  { hours: 48, height: 0.12 },
  { hours: 3, height: 0.02 },
] as const;

/** The open interest at a tick, in lots. */
export function openInterestAt({ usualLots, noiseAt }: OpenInterestInput, tick: number): number {
  const logarithm = moves.reduce((sum, { hours, height }) => sum + height * noiseAt(hours, tick), 0);
  return Math.round(usualLots * Math.exp(logarithm));
}
