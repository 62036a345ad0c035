const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** The time that is left, as 7:59:59 with as many hours as it takes; `due` when it is over. */
export function formatCountdown(leftMs: number): string {
  if (leftMs <= 0) return 'due';
  // Rounded up, so that it is due when it reaches zero.
  const left = Math.ceil(leftMs / secondMs) * secondMs;
  const minutes = Math.floor((left % hourMs) / minuteMs);
  const seconds = Math.floor((left % minuteMs) / secondMs);
  return `${Math.floor(left / hourMs)}:${pad(minutes)}:${pad(seconds)}`;
}

/** An interval of funding: 8 h, or 30 min. */
export function formatInterval(ms: number): string {
  return ms % hourMs === 0 ? `${ms / hourMs} h` : `${Math.round(ms / minuteMs)} min`;
}

/** A funding rate, which the schema has as a fraction, with four decimals: +0.0100%. */
export function formatFundingRate(rate: number | null): string {
  return rate === null ? '–' : percent.format(rate);
}

const percent = new Intl.NumberFormat('en', {
  style: 'percent',
  signDisplay: 'exceptZero',
  minimumFractionDigits: 4,
  maximumFractionDigits: 4,
});

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
