// The watch lists of the bench: which markets each client lists.

export const listDocument = `subscription ($symbols: [String!]!) {
  tickersUpdated(exchange: "bench", symbols: $symbols) {
    symbol receivedAt datetime last bid bidVolume ask askVolume open high low percentage baseVolume quoteVolume source stale
  }
}`;

export function listSymbols(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `C${index}/USDT`);
}

/** The list with this number: some of the markets, in random order, the same ones in each run. */
export function toList(number: number, markets: number, size: number): readonly string[] {
  const left = [...listSymbols(markets)];
  let state = (number + 1) * 2_654_435_761;
  return Array.from({ length: Math.min(size, markets) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const [symbol = ''] = left.splice(state % left.length, 1);
    return symbol;
  });
}
