import { MarketDataError } from '../../market/errors.ts';
import { type MarketRef, toMarketKey } from '../../market/market-ref.ts';
import { contentOf, distinctId, type Trade } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { maxRows } from '../../market/row-limits.ts';
import type { SharedCalls } from './shared-calls.ts';
import { toText } from './since.ts';

export interface TradeHistoryOptions extends MarketRef {
  /** Inclusive, epoch ms. */
  readonly since: number;
  readonly marketData: Pick<MarketData, 'fetchTrades'>;
  /** Calls for the newest trades, which all share who want those of one market at the same time. */
  readonly newest: SharedCalls<readonly Trade[]>;
  /** Calls for pages of older ones, shared the same way. */
  readonly pages: SharedCalls<readonly Trade[]>;
}

/** Trades of the past. */
export interface TradeHistory {
  /** Oldest first, each once. */
  readonly trades: readonly Trade[];
  /** Where they begin, epoch ms: since, or the second it is in where calls tell no milliseconds. */
  readonly from: number;
}

/** The most trades of the past that one subscription sends, and the most pages of the exchange that it takes for them. */
const maxTrades = 10_000;
const maxPages = 12;

/** How long before since a trade is looked for, to know that an answer reaches back to it, in ms. */
const looksBack = [60_000, 3_600_000, 86_400_000];

const second = 1000;

/**
 * The first page begins at a whole multiple of so many ms, so that clients that come back together, each with the time of
 * the trade that it had last, ask for the same pages.
 */
const firstPageGridMs = 10_000;

/** So many trades are not all of a whole second by chance. */
const fewTrades = 3;

/**
 * All trades of a market from an instant on, oldest first, each once. An answer from `since` on proves nothing by itself:
 * exchanges ignore since, or serve only the newest 1000 or the last hour. So the newest are asked for, which mostly reach
 * further back. If they do not, pages are asked for from `since` on: each must reach the one before it, the last the
 * newest, and the first `since`, which it does if it, or an answer from some time before on, has an older trade.
 *
 * Throws BAD_USER_INPUT where the exchange does not serve them, or there are too many, and what the calls do.
 */
export async function fetchTradeHistory(options: TradeHistoryOptions): Promise<TradeHistory> {
  const { exchange, symbol, since, marketData } = options;
  const newest = await options.newest.run(toMarketKey(options), async () => {
    const query = { exchange, symbol, limit: maxRows };
    return (await marketData.fetchTrades(query, { maxAgeMs: 0 })).value;
  });
  const isCoarse = newest.length >= fewTrades && newest.every(({ timestamp }) => timestamp % second === 0);
  // The trade of which a client knows the millisecond may be of a whole second here.
  const from = isCoarse ? since - (since % second) : since;
  const [oldest] = newest;
  const reaches = !oldest || oldest.timestamp < from;
  const trades = reaches ? newest : await new Pages(options, isCoarse).read(from, newest);
  return { from, trades: trades.filter(({ timestamp }) => timestamp >= from) };
}

/** Trades of a market from an instant on that are too many for one answer. */
class Pages {
  readonly #options: TradeHistoryOptions;
  readonly #isCoarse: boolean;

  constructor(options: TradeHistoryOptions, isCoarse: boolean) {
    this.#options = options;
    this.#isCoarse = isCoarse;
  }

  /** Those from an instant on, and perhaps some from just before it, up to the newest, of which there are some. */
  async read(from: number, newest: readonly Trade[]): Promise<readonly Trade[]> {
    const last = newest.at(-1);
    // The newest may begin in the middle of a millisecond.
    const wholeFrom = beginOf(newest) + 1;
    let page = await this.#first(from);
    let trades: readonly Trade[] = page.filter(({ timestamp }) => timestamp >= from);
    for (let pages = 1; ; pages++) {
      const hasNewest = endOf(page) >= wholeFrom;
      if (hasNewest) trades = join(trades, newest, wholeFrom);
      if (trades.length > maxTrades) throw tooMany(this.#options);
      if (hasNewest || (last && contains(page, last))) return trades;
      if (pages >= maxPages) throw tooMany(this.#options);
      const next = await this.#ask(endOf(page));
      const goesOn = endOf(next) > endOf(page) || (last && contains(next, last));
      if (beginOf(next) > endOf(page) || !goesOn) throw notServed(this.#options, next);
      trades = join(trades, next, beginOf(next));
      page = next;
    }
  }

  async #first(from: number): Promise<readonly Trade[]> {
    const page = await this.#ask(toGrid(from - second));
    let isProven = beginOf(page) < from;
    for (const back of looksBack) isProven ||= beginOf(await this.#ask(toGrid(from - back))) < from;
    // The market's first trades, or the oldest that are served: a client has those of that millisecond, but not second.
    if (!isProven && (this.#isCoarse || beginOf(page) > from)) throw notServed(this.#options, page);
    return page;
  }

  /** From just before the instant on, since some exchanges leave out what is of that instant. */
  async #ask(instant: number): Promise<readonly Trade[]> {
    const { exchange, symbol, marketData, pages } = this.#options;
    const before = Math.max(0, instant - 1);
    const since = this.#isCoarse ? before - (before % second) : before;
    const page = await pages.run(`${toMarketKey(this.#options)}\n${since}`, async () => {
      const query = { exchange, symbol, since, limit: maxRows };
      return (await marketData.fetchTrades(query, { maxAgeMs: 0 })).value;
    });
    if (page.length > 0) return page;
    const message = `${exchange} gave trades of ${symbol} in one answer and none in the next: subscribe again.`;
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
  }
}

function toGrid(instant: number): number {
  return instant - (instant % firstPageGridMs);
}

function beginOf([first]: readonly Trade[]): number {
  return first?.timestamp ?? Number.POSITIVE_INFINITY;
}

function endOf(trades: readonly Trade[]): number {
  return trades.at(-1)?.timestamp ?? Number.NEGATIVE_INFINITY;
}

/** Trades before an instant of the one list, and from then on of the other. */
function join(before: readonly Trade[], after: readonly Trade[], instant: number): readonly Trade[] {
  const isBefore = ({ timestamp }: Trade): boolean => timestamp < instant;
  return [...before.filter(isBefore), ...after.filter((trade) => !isBefore(trade))];
}

/** True when a trade is among others that came as it did. */
function contains(trades: readonly Trade[], sought: Trade): boolean {
  const [id, content] = [distinctId(sought), contentOf(sought)];
  return trades.some((trade) => {
    const other = distinctId(trade);
    return id === null || other === null ? contentOf(trade) === content : other === id;
  });
}

function notServed({ exchange, symbol, since }: TradeHistoryOptions, page: readonly Trade[]): MarketDataError {
  const message = `${exchange} does not serve all trades of ${symbol} from ${toText(since)} on: the oldest that it gives without a gap is of ${toText(beginOf(page))}. Subscribe with a later since.`;
  return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol });
}

function tooMany({ exchange, symbol, since }: TradeHistoryOptions): MarketDataError {
  const message = `Since ${toText(since)} there were more trades of ${symbol} than a subscription sends first, which are ${maxTrades} and as many as ${maxPages} calls to ${exchange} bring: query trades in pages first, then subscribe with since = the timestamp of the last one.`;
  return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol });
}
