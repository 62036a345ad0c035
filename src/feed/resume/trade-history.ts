import { MarketDataError } from '../../market/errors.ts';
import { contentOf, distinctId, type Trade } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { maxRows } from '../../market/row-limits.ts';
import type { SharedCalls } from './shared-calls.ts';
import { toText } from './since.ts';

export interface TradeHistoryOptions {
  readonly exchange: string;
  readonly symbol: string;
  /** Inclusive, epoch ms. */
  readonly since: number;
  readonly marketData: Pick<MarketData, 'fetchTrades'>;
  /** Calls for the newest trades, shared by all subscriptions that want those of one market at the same time. */
  readonly newest: SharedCalls<readonly Trade[]>;
  /** Calls for pages of older trades, shared the same way. */
  readonly pages: SharedCalls<readonly Trade[]>;
}

/** Trades of the past. */
export interface TradeHistory {
  /** Oldest first, each once. */
  readonly trades: readonly Trade[];
  /** Where they begin, epoch ms: at `since`, or with its second where calls give no milliseconds. */
  readonly from: number;
}

/** How many trades of the past one subscription sends at most, and how many pages it asks the exchange for. */
const maxTrades = 10_000;
const maxPages = 12;

/** How far before `since` a trade is sought, to know that an answer reaches back to `since`, in ms. */
const lookbacks = [60_000, 3_600_000, 86_400_000];

const second = 1000;

/**
 * The first page begins at a multiple of this many ms, so that clients that come back together, each with the time of its
 * own last trade, ask for the same pages.
 */
const firstPageGridMs = 10_000;

/** If at least this many trades all have times in whole seconds, that is not by chance. */
const fewTrades = 3;

/**
 * All trades of a market from an instant on, oldest first, each once. That an exchange answers a call from `since` on proves
 * nothing: some ignore `since`, or serve only the newest 1000 trades or the last hour. So the newest are fetched first, which
 * usually reach back far enough. If they do not, pages are fetched from `since` on: each must overlap the one before it,
 * the last one the newest trades, and the first one must reach back to `since`, which is proven by an older trade in it or
 * in an answer from some time earlier on.
 *
 * Throws BAD_USER_INPUT where the exchange does not serve them or there are too many, and whatever the calls throw.
 */
export async function fetchTradeHistory(options: TradeHistoryOptions): Promise<TradeHistory> {
  const { exchange, symbol, since, marketData } = options;
  const newest = await options.newest.run(`${exchange}\n${symbol}`, () =>
    marketData.fetchTrades({ exchange, symbol, limit: maxRows }, { maxAgeMs: 0 }),
  );
  const isCoarse = newest.length >= fewTrades && newest.every(({ timestamp }) => timestamp % second === 0);
  // A trade whose millisecond the client knows may have a whole second here.
  const from = isCoarse ? since - (since % second) : since;
  const [oldest] = newest;
  const reaches = !oldest || oldest.timestamp < from;
  const trades = reaches ? newest : await new Pages(options, isCoarse).read(from, newest);
  return { from, trades: trades.filter(({ timestamp }) => timestamp >= from) };
}

/** Reads trades of a market from an instant on that are too many for one answer. */
class Pages {
  readonly #options: TradeHistoryOptions;
  readonly #isCoarse: boolean;

  constructor(options: TradeHistoryOptions, isCoarse: boolean) {
    this.#options = options;
    this.#isCoarse = isCoarse;
  }

  /** The trades from an instant on, and perhaps some from just before it. There is at least one newest trade. */
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
    for (const back of lookbacks) isProven ||= beginOf(await this.#ask(toGrid(from - back))) < from;
    // The market's first trades, or the oldest served: the client has all of that millisecond, but not of that second.
    if (!isProven && (this.#isCoarse || beginOf(page) > from)) throw notServed(this.#options, page);
    return page;
  }

  /** From just before the instant on, since some exchanges leave out trades of the instant itself. */
  async #ask(instant: number): Promise<readonly Trade[]> {
    const { exchange, symbol, marketData, pages } = this.#options;
    const before = Math.max(0, instant - 1);
    const since = this.#isCoarse ? before - (before % second) : before;
    const page = await pages.run(`${exchange}\n${symbol}\n${since}`, () =>
      marketData.fetchTrades({ exchange, symbol, since, limit: maxRows }, { maxAgeMs: 0 }),
    );
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

/** Trades before an instant from the one list, and from then on from the other. */
function join(before: readonly Trade[], after: readonly Trade[], instant: number): readonly Trade[] {
  const isBefore = ({ timestamp }: Trade): boolean => timestamp < instant;
  return [...before.filter(isBefore), ...after.filter((trade) => !isBefore(trade))];
}

/** True when a trade is among others that came the same way. */
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
