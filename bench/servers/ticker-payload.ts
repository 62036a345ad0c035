/** The payload of the nth tick, as the servers of the fan-out benches send it to the subscription of `document.ts`. */
export function toTickerPayload(tick: number): string {
  const now = Date.now();
  const last = 90_000 + tick / 100;
  const tickerUpdated = {
    symbol: 'BTC/USDT',
    receivedAt: now,
    datetime: new Date(now).toISOString(),
    last,
    bid: last - 0.01,
    bidVolume: 1.25,
    ask: last + 0.01,
    askVolume: 0.75,
    open: 89_500.25,
    high: 91_000.5,
    low: 88_750.75,
    percentage: 0.56,
    baseVolume: 12_345.678,
    quoteVolume: 1_111_111_111.11,
    source: 'STREAM',
    stale: false,
  };
  return JSON.stringify({ data: { tickerUpdated } });
}
