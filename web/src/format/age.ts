const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** An age in ms, in its largest unit: `now` below a second, then 12 s, 3 min, 5 h, 2 d. */
export function formatAge(ageMs: number): string {
  if (ageMs < secondMs) return 'now';
  if (ageMs < minuteMs) return `${Math.floor(ageMs / secondMs)} s`;
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)} min`;
  if (ageMs < dayMs) return `${Math.floor(ageMs / hourMs)} h`;
  return `${Math.floor(ageMs / dayMs)} d`;
}

/** When something is tried again: `Trying again in 35 s.` */
export function formatRetry(leftMs: number): string {
  const seconds = Math.ceil(leftMs / secondMs);
  if (seconds <= 0) return 'Trying again.';
  return seconds < 60 ? `Trying again in ${seconds} s.` : `Trying again in ${Math.ceil(seconds / 60)} min.`;
}
