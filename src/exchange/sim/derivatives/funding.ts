/** What the funding rate of a market depends on. */
export interface FundingInput {
  /** By how much the mark price is above the index price at a tick, as a fraction of the index price. */
  readonly premiumAt: (tick: number) => number;
  /** A number in [-1, 1] that changes slowly from tick to tick. */
  readonly noiseAt: (tick: number) => number;
}

/** Funding is paid at the end of each interval, in ccxt's notation: at 0, 8 and 16 o'clock UTC. */
export const fundingInterval = '8h';

const interestRate = 0.0001;
/** By how much the noise raises or lowers the rate, as a fraction of it: never so far that it contradicts the premium. */
const noiseHeight = 0.8;

/** The rate is never further from zero than this. */
const maxRate = 0.003;

/** The rate at a tick, with eight decimals: it leans towards the interest rate, and grows with the premium. */
export function fundingRateAt({ premiumAt, noiseAt }: FundingInput, tick: number): number {
  const rate = ((premiumAt(tick) + interestRate) / 3) * (1 + noiseHeight * noiseAt(tick));
  return Number(Math.min(maxRate, Math.max(-maxRate, rate)).toFixed(8));
}

/** The rate that was paid when an interval ended at a tick: that of the tick before. */
export function paidRateAt(input: FundingInput, tick: number): number {
  return fundingRateAt(input, tick - 1);
}
