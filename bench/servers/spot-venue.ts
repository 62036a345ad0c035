import { createBinance } from '../../test/venues/binance/binance.ts';

/** The price of the first market; that of each other one is 1 higher than the one before. */
export const firstPrice = 10;

/** The tests' stand-in for Binance with this number of spot markets: C0/USDT, C1/USDT and so on. */
export async function createSpotVenue(count: number) {
  const symbols = Array.from({ length: count }, (_, index) => `C${index}/USDT`);
  const venue = await createBinance(
    symbols.map((symbol, index) => ({
      symbol,
      id: symbol.replace('/', ''),
      active: true,
      price: (firstPrice + index).toFixed(8),
      priceStep: '0.01000000',
      amountStep: '0.00010000',
      listedAt: Date.UTC(2017, 7, 17, 4),
    })),
  );
  return { symbols, venue };
}
