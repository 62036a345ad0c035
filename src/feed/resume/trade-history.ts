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
  /** Calls for the newest trades, shared by all subscriptions that want those of one market at the same time. */
  readonly newest: SharedCalls<readonly Trade[]>;
  /** Calls for pages of older trades, shared the same way. */
  readonly pages: SharedCalls<readonly Trade[]>;
}

/** Historical trades. */
export interface TradeHistory {
  /** Oldest first, without duplicates. */
  readonly trades: readonly Trade[];
  /**
   * The time from which they are complete, epoch ms: `since`, or the start of its second if calls return no
   * milliseconds.
   */
  readonly from: number;
}

/** The maximum number of historical trades of one subscription, and of pages that it requests from the exchange. */
const maxTrades = 10_000;
const maxPages = 12;

/** How far before `since` a trade is searched for, to prove that an answer reaches back to `since`, in ms. */
const lookbacks = [60_000, 3_600_000, 86_400_000];

const second = 1000;

/**
 * The first page begins at a multiple of this many ms. So clients that reconnect together, each with the time of its
 * last trade, request the same pages.
 */
const firstPageGridMs = 10_000;

/** If at least this many trades all have times in whole seconds, it is not a coincidence. */
const fewTrades = 3;

/**
 * Fetches all trades of a market from an instant on, oldest first, without duplicates.
 *
 * An answer to a call with `since` does not prove that the answer is complete: some exchanges ignore `since`, or serve
 * only the newest 1000 trades or the last hour. So the newest trades are fetched first, which usually reach back far
 * enough. If they do not, pages are fetched from `since` on. Each page must overlap the one before it, and the last
 * page must overlap the newest trades. The first page must reach back to `since`: an older trade in it, or in an answer
 * from some time earlier on, proves that.
 *
 * Throws BAD_USER_INPUT if the exchange does not serve the trades or there are too many, and any error of the calls.
 */
export async function fetchTradeHistory(options: TradeHistoryOptions): Promise<TradeHistory> {
  const { exchange, symbol, since, marketData } = options;
  const newest = await options.newest.run(toMarketKey(options), async () => {
    const query = { exchange, symbol, limit: maxRows };
    return (await marketData.fetchTrades(query, { maxAgeMs: 0 })).value;
  });
  const isCoarse = newest.length >= fewTrades && newest.every(({ timestamp }) => timestamp % second === 0);
  // The client can know the millisecond of a trade that has only a whole second here.
  const from = isCoarse ? since - (since % second) : since;
  const [oldest] = newest;
  const reaches = !oldest || oldest.timestamp < from;
  const trades = reaches ? newest : await new Pages(options, isCoarse).read(from, newest);
  return { from, trades: trades.filter(({ timestamp }) => timestamp >= from) };
}

/** Reads the trades of a market from an instant on in pages, because one answer cannot hold all of them. */
class Pages {
  readonly #options: TradeHistoryOptions;
  readonly #isCoarse: boolean;

  constructor(options: TradeHistoryOptions, isCoarse: boolean) {
    this.#options = options;
    this.#isCoarse = isCoarse;
  }

  /** Reads the trades from an instant on, and perhaps some from just before it. `newest` is not empty. */
  async read(from: number, newest: readonly Trade[]): Promise<readonly Trade[]> {
    const last = newest.at(-1);
    // The newest trades can begin in the middle of a millisecond.
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
    for (const back of lookbacks) isProven ||= beginOf(await this.#ask(toGrid(from - back))) < from;
    // These are the market's first trades, or the oldest served. The client has all of that millisecond, but not of
    // that second.
    if (!isProven && (this.#isCoarse || beginOf(page) > from)) throw notServed(this.#options, page);
    return page;
  }

  /** Fetches a page from just before the instant on, because some exchanges leave out trades of the instant itself. */
  async #ask(instant: number): Promise<readonly Trade[]> {
    const { exchange, symbol, marketData, pages } = this.#options;
    const before = Math.max(0, instant - 1);
    const since = this.#isCoarse ? before - (before % second) : before;
    const page = await pages.run(`${toMarketKey(this.#options)}\n${since}`, async () => {
      const query = { exchange, symbol, since, limit: maxRows };
      return (await marketData.fetchTrades(query, { maxAgeMs: 0 })).value;
    });
    if (page.length > 0) return page;
    const message = `${exchange} returned trades of ${symbol} in one answer and none in the next. Subscribe again.`;
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

/** Joins trades from before an instant in the first list with trades from then on in the second. */
function join(before: readonly Trade[], after: readonly Trade[], instant: number): readonly Trade[] {
  const isBefore = ({ timestamp }: Trade): boolean => timestamp < instant;
  return [...before.filter(isBefore), ...after.filter((trade) => !isBefore(trade))];
}

/** True if the trade is among others that arrived the same way. */
function contains(trades: readonly Trade[], sought: Trade): boolean {
  const [id, content] = [distinctId(sought), contentOf(sought)];
  return trades.some((trade) => {
    const other = distinctId(trade);
    return id === null || other === null ? contentOf(trade) === content : other === id;
  });
}

function notServed({ exchange, symbol, since }: TradeHistoryOptions, page: readonly Trade[]): MarketDataError {
  const message = `${exchange} does not serve all trades of ${symbol} from ${toText(since)} on: the oldest that it serves without a gap is of ${toText(beginOf(page))}. Subscribe with a later since.`;
  return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol });
}

function tooMany({ exchange, symbol, since }: TradeHistoryOptions): MarketDataError {
  const message = `There were too many trades of ${symbol} since ${toText(since)}: a subscription begins with at most ${maxTrades}, from at most ${maxPages} calls to ${exchange}; query trades in pages first, then subscribe with since = the timestamp of the last one.`;
  return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol });
}
