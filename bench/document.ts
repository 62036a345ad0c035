/** What the clients of the fan-out benches subscribe to; its answer is some 350 bytes. */
export const document = `subscription {
  tickerUpdated(exchange: "bench", symbol: "BTC/USDT") {
    symbol receivedAt datetime last bid bidVolume ask askVolume open high low percentage baseVolume quoteVolume source stale
  }
}`;
