/** How long a client waits at least before it reconnects, in ms. */
export const usualRetryMs = 2000;

/** The time over which clients spread that reconnect for the same reason, in ms. */
const spreadMs = 2000;

/** Returns the line of an event stream that says how long its client waits before it reconnects. */
export type ToRetryLine = (retryMs: number) => string;

/**
 * Creates the lines for one server. A restart ends all streams at the same moment, so each client is told another time,
 * which `random` (0 to 1) makes longer. Otherwise all of them would return together.
 */
export function createRetryLines(random: () => number): ToRetryLine {
  return (retryMs) => `retry: ${Math.round(retryMs + spreadMs * random())}\n`;
}
