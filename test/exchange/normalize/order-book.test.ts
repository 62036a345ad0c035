import { describe, expect, it, onTestFinished } from 'vitest';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { toOrderBook } from '../../../src/exchange/normalize/order-book.ts';
import { orderBookWatch } from '../../../src/exchange/streams/watches/order-book.ts';
import { openSmallVenue } from '../../support/exchange/small-venue.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { type OkxLevel, okxConfig, okxLevel, okxRoutes } from '../../venues/others/small-okx.ts';

const now = Date.UTC(2026, 2, 4, 12);
const symbol = 'BTC/USDT';

function read(bids: unknown, asks: unknown, limit = 5, of = symbol) {
  const book = toOrderBook('x', of, { bids, asks }, now, limit);
  const rows = (side: typeof book.bids) => side.map(({ price, amount }) => [price, amount]);
  return { bids: rows(book.bids), asks: rows(book.asks) };
}

describe('a level of a book', () => {
  it('of amount 0 is left out, and the next one takes its place', () => {
    const bids = [
      [61_000, 0],
      [50_000, 1],
      [49_999, 0],
      [49_998, 2],
      [49_997, 3],
    ];
    expect(read(bids, [[50_001, 1]], 2)).toEqual({
      bids: [
        [50_000, 1],
        [49_998, 2],
      ],
      asks: [[50_001, 1]],
    });
  });

  it('of amount 0 is left out whatever its price and position', () => {
    const asks = [
      [7, 1],
      [3, 0],
      [-1, 0],
      [8, 1],
    ];
    expect(read([], asks).asks).toEqual([
      [7, 1],
      [8, 1],
    ]);
  });

  it.each([symbol, 'BTC/USDT:USDT', 'BTC/USD:BTC', 'BTC/USD:BTC-271231-90000-C'])(
    'of price 0 is not valid for %s',
    (of) => {
      expect(
        read(
          [[0, 5]],
          [
            [0, 5],
            [7, 1],
          ],
          5,
          of,
        ),
      ).toEqual({ bids: [], asks: [[7, 1]] });
    },
  );

  it.each(['BTC/USDT:USDT-260327', 'BTC-FS-27MAR26_PERP'])('of price 0 is valid for %s, but not of amount 0', (of) => {
    const bids = [
      [0, 5],
      [-1, 0],
      [-2, 4],
    ];
    expect(read(bids, [], 5, of).bids).toEqual([
      [0, 5],
      [-2, 4],
    ]);
  });

  it('that comes twice is merged into one with the exact sum of both, and counts once', () => {
    const bids = [
      [5, 0.1, 'first order'],
      [5, 0.2, 'second order'],
      [5, 0],
      [4, 1],
      [4, 2],
      [3, 1],
    ];
    expect(read(bids, [], 2).bids).toEqual([
      [5, 0.3],
      [4, 3],
    ]);
  });

  it('with a missing number makes the book unreadable, and so does one that is not sorted', () => {
    expect(() => read([[5, undefined]], [])).toThrow('with a missing number');
    expect(() => read([[undefined, 0]], [])).toThrow('with a missing number');
    expect(() => read([[5, Number.NaN]], [])).toThrow('with a missing number');
    expect(() =>
      read(
        [
          [5, 1],
          [6, 1],
        ],
        [],
      ),
    ).toThrow('that is not sorted');
  });
});

it('a book without a valid level is empty', () => {
  expect(read([[5, 0]], [])).toEqual({ bids: [], asks: [] });
});

it('a book from a stream has no empty levels either', async () => {
  const Kraken = await loadExchangeClass('kraken', true);
  const kraken = new Kraken({ markets: { [symbol]: { symbol, id: 'XBTUSDT', type: 'spot' } } });
  kraken.watchOrderBook = async () =>
    kraken.orderBook(
      {
        bids: [[5, 1]],
        asks: [
          [0, 3],
          [6, 0],
          [7, 2],
        ],
      },
      100,
    );
  const request = { kind: 'orderBook', exchange: 'kraken', symbol, depth: () => 1 } as const;
  const book = await orderBookWatch.next(kraken, request, () => now);
  expect(book).toMatchObject({ bids: [{ price: 5, amount: 1 }], asks: [{ price: 7, amount: 2 }] });
});

describe('an exchange whose books have empty levels', () => {
  /** A book with 100 levels on each side; the first `dead` bids have amount 0. */
  async function start(dead: number) {
    const clock = new ManualClock(Date.now());
    const asked: number[] = [];
    const side = (direction: 1 | -1, count: number, empty: number): readonly OkxLevel[] =>
      Array.from({ length: Math.min(count, 100) }, (_, index) =>
        okxLevel(50_000.5 + direction * (index + 0.5), index < empty ? 0 : 1),
      );
    const book = ({ sz = '1' }: { readonly sz?: string }) => {
      asked.push(Number(sz));
      return { bids: side(-1, Number(sz), dead), asks: side(1, Number(sz), 0) };
    };
    const connection = await openSmallVenue({
      id: 'okx',
      routes: okxRoutes({ book }),
      exchangeConfig: okxConfig,
      clock,
    });
    onTestFinished(connection.close);
    const depth = async (limit: number): Promise<readonly number[]> => {
      asked.length = 0;
      const { bids, asks } = await connection.data.fetchOrderBook({ exchange: 'okx', symbol, limit });
      expect(bids[0]?.price).toBe(50_000 - dead);
      return [bids.length, asks.length];
    };
    return { asked, depth, clock };
  }

  it('is asked for as many more levels as are missing, and for all of them at once in the next request', async () => {
    const { asked, depth, clock } = await start(2);
    expect(await depth(3)).toEqual([3, 3]);
    expect(asked).toEqual([3, 5]);
    expect(await depth(4)).toEqual([4, 4]);
    expect(asked).toEqual([6]);
    await clock.advance(3_600_001);
    expect(await depth(4)).toEqual([4, 4]);
    expect(asked).toEqual([4, 6]);
  });

  it('is not called again if it has no more levels', async () => {
    const { asked, depth } = await start(2);
    expect(await depth(200)).toEqual([98, 100]);
    expect(asked).toHaveLength(1);
  });

  it('is asked for no extra levels if there are no empty ones', async () => {
    const { asked, depth } = await start(0);
    expect(await depth(3)).toEqual([3, 3]);
    expect(asked).toEqual([3]);
  });
});
