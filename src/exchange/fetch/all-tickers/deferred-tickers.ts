import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Exchange, Ticker, Tickers } from 'ccxt';
import { inSlices } from '../../../base/in-slices.ts';

type ParseRow = () => Ticker;

/** Takes the place of a ticker's `info` until the rows are parsed that it stands for. */
class UnparsedRows {
  readonly parsers: Iterable<ParseRow>;

  constructor(parsers: Iterable<ParseRow>) {
    this.parsers = parsers;
  }
}

/** ccxt's methods that parse one row of a call: parseTicker, and those that some classes call directly. */
const rowParser = /^parse(?!Ws)\w*Ticker$/;

/**
 * A copy of `exchange`, the object of one call, whose calls for tickers leave the rows unparsed, for `parseDeferred`.
 *
 * ccxt parses all rows of an answer at once, with decimal arithmetic on text: 3,000 rows block the event loop for 50 to 100
 * ms. All of its classes do the same with what they have parsed: they put it into an object or a list, and index that by
 * symbol. So the copy returns placeholders, each with a symbol of its own, and a class does with them what it would do with
 * tickers: one placeholder for a whole list that is parsed with parseTickers, otherwise one for each row. A class that
 * parses rows in another way is not affected.
 *
 * The answer itself, which can be megabytes of JSON, is handed over in a later turn of the event loop than it is read in.
 */
export function deferTickers(exchange: Exchange, original: Exchange): Exchange {
  let count = 0;
  const toPlaceholder = (parsers: Iterable<ParseRow>) => {
    count += 1;
    return { symbol: `unparsed ${count}`, info: new UnparsedRows(parsers) };
  };
  const copy: Exchange = Object.create(exchange, {
    fetch2: {
      value: async (...args: Parameters<Exchange['fetch2']>) => {
        const answer: unknown = await exchange.fetch2(...args);
        await nextTurn();
        return answer;
      },
    },
  });
  if (hasUsualParser(original)) {
    const deferAll = (rows: object, symbols?: readonly string[], given: object = {}) => {
      if (symbols !== undefined) return original.parseTickers(rows, [...symbols], given);
      const placeholder = toPlaceholder(rowsOf(original, rows));
      return { [placeholder.symbol]: { ...placeholder, ...given } };
    };
    Object.defineProperty(copy, 'parseTickers', { value: deferAll });
  }
  for (const name of rowParsersOf(original)) {
    const parse: unknown = original[name];
    if (typeof parse !== 'function') continue;
    const defer = (...row: readonly unknown[]) => toPlaceholder([() => Reflect.apply(parse, original, row)]);
    Object.defineProperty(copy, name, { value: defer });
  }
  return copy;
}

/** Parses the rows of an answer, in slices, and passes each ticker on. */
export function parseDeferred(tickers: Tickers, onTicker: (ticker: Ticker) => void): Promise<void> {
  return inSlices(parsersOf(tickers), (parse) => onTicker(parse()));
}

function* parsersOf(tickers: Tickers): Iterable<ParseRow> {
  for (const ticker of Object.values(tickers)) {
    const { info, symbol: _, ...given } = ticker;
    if (!(info instanceof UnparsedRows)) yield () => ticker;
    // A class may have set some fields itself, such as a time for the whole answer.
    else for (const parse of info.parsers) yield () => Object.assign(parse(), given);
  }
}

/** True unless the class has a parseTickers of its own; filterByArrayTickers is ccxt's for all classes. */
function hasUsualParser(exchange: Exchange): boolean {
  let object: object = exchange;
  while (!Object.hasOwn(object, 'parseTickers')) object = Object.getPrototypeOf(object);
  return Object.hasOwn(object, 'filterByArrayTickers');
}

/** What ccxt's parseTickers does with a list, or with an object that has the exchange's ids as keys. */
function* rowsOf(exchange: Exchange, rows: object): Iterable<ParseRow> {
  if (Array.isArray(rows)) for (const row of rows) yield () => exchange.parseTicker(row);
  else for (const [id, row] of Object.entries(rows)) yield () => exchange.parseTicker(row, exchange.safeMarket(id));
}

function rowParsersOf(exchange: Exchange): ReadonlySet<string> {
  const names = new Set<string>();
  for (let object: object | null = exchange; object !== null; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) if (rowParser.test(name)) names.add(name);
  }
  return names;
}
