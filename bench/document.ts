/** The subscription of the clients in the fan-out benches. Each of its events has about 350 bytes. */
export const document = `subscription {
  tickerUpdated(exchange: "bench", symbol: "BTC/USDT") {
    symbol receivedAt datetime last bid bidVolume ask askVolume open high low percentage baseVolume quoteVolume source stale
  }
}`;
