import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Exchange, Market, Ticker, Tickers } from 'ccxt';
import { inSlices } from '../../../base/in-slices.ts';

/** Takes the place of a ticker's `info` until its row is parsed. */
class UnparsedRow {
  readonly parse: () => Ticker;

  constructor(parse: () => Ticker) {
    this.parse = parse;
  }
}

/** ccxt's methods that parse one row of a call: parseTicker, and those that some classes call directly. */
const rowParser = /^parse(?!Ws)\w*Ticker$/;

/**
 * A copy of `exchange` whose calls for tickers leave the rows unparsed, for `parseDeferred`.
 *
 * ccxt parses all rows of an answer at once, with decimal arithmetic on text: 3,000 rows block the event loop for 50 to 100
 * ms. All of its classes do the same with what they have parsed: they put it into an object or a list, and index that by
 * symbol. So the copy returns a placeholder for each row, with a symbol of its own, and a class does with the placeholders
 * what it would do with tickers. A class that parses rows in another way is not affected.
 *
 * The answer itself, which can be megabytes of JSON, is handed over in a later turn of the event loop than it is read in.
 */
export function deferTickers(exchange: Exchange, original: Exchange): Exchange {
  const copy: Exchange = Object.create(exchange, {
    fetch2: {
      value: async (...args: Parameters<Exchange['fetch2']>) => {
        const answer: unknown = await exchange.fetch2(...args);
        await nextTurn();
        return answer;
      },
    },
  });
  let rows = 0;
  for (const name of rowParsersOf(original)) {
    const parse: unknown = original[name];
    if (typeof parse !== 'function') continue;
    const defer = (row: unknown, market?: Market): object => {
      rows += 1;
      return { symbol: `row ${rows}`, info: new UnparsedRow(() => Reflect.apply(parse, original, [row, market])) };
    };
    Object.defineProperty(copy, name, { value: defer });
  }
  return copy;
}

/** Parses the rows of an answer, in slices, and passes each ticker on. */
export async function parseDeferred(tickers: Tickers, onTicker: (ticker: Ticker) => void): Promise<void> {
  await inSlices(Object.values(tickers), (ticker) => onTicker(toParsed(ticker)));
}

/** The parsed row, with the fields that the class has set itself, such as a time for the whole answer. */
function toParsed(ticker: Ticker): Ticker {
  if (!(ticker.info instanceof UnparsedRow)) return ticker;
  const { info, symbol: _, ...given } = ticker;
  return Object.assign(info.parse(), given);
}

function rowParsersOf(exchange: Exchange): ReadonlySet<string> {
  const names = new Set<string>();
  for (let object: object | null = exchange; object !== null; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) if (rowParser.test(name)) names.add(name);
  }
  return names;
}
