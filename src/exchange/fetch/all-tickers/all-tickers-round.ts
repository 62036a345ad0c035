import type { Tickers } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { MissingTickers } from '../../../market/model/all-tickers.ts';
import type { Ticker } from '../../../market/model/ticker.ts';
import { toMarketDataError } from '../../access/errors.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { UnreadableRow } from '../../clients/ticker-rows.ts';
import { isRequestRefusal } from '../../learned/with-limit.ts';
import { toTicker } from '../../normalize/ticker.ts';
import { byUnderlying } from '../tickers/batch-shape.ts';
import { fetchTickers } from '../tickers/tickers.ts';
import { parseDeferred } from './deferred-tickers.ts';
import type { TickerKind, TickerKinds } from './ticker-kinds.ts';
import { callTickerList } from './ticker-list-call.ts';

/** Tickers that no list has are requested by symbol if they are at most this many; for options, underlyings count. */
const maxBySymbol = 50;
const maxUnderlyings = 10;

/** From this share of a kind's markets on, a call that was not made for the kind counts as bringing it. */
const coveringShare = 1 / 2;

/**
 * The calls for the tickers of all markets. It calls for the largest kind of market first. What else that call brings is
 * learned for the next time, and calls for the other kinds follow. A kind whose call fails, or brings no ticker of it, is
 * missing; the others stand.
 */
export class AllTickersRound {
  readonly #client: ExchangeClient;
  readonly #now: () => number;
  readonly #kinds: TickerKinds;
  readonly #tickers = new Map<string, Ticker>();
  readonly #missing: MissingTickers[] = [];
  #receivedAt: number;

  constructor(client: ExchangeClient, kinds: TickerKinds, now: () => number) {
    this.#client = client;
    this.#kinds = kinds;
    this.#now = now;
    this.#receivedAt = now();
  }

  get tickers(): readonly Ticker[] {
    return [...this.#tickers.values()];
  }

  /** What no call has brought. */
  get missing(): readonly MissingTickers[] {
    return this.#missing
      .map(({ symbols, error }) => ({ symbols: symbols.filter((symbol) => !this.#tickers.has(symbol)), error }))
      .filter(({ symbols }) => symbols.length > 0);
  }

  /** When the last call was answered, epoch ms. */
  get receivedAt(): number {
    return this.#receivedAt;
  }

  async fetch(): Promise<void> {
    const { tickerCoverage } = this.#client;
    let waiting = this.#kinds.kinds;
    while (waiting.length > 0) {
      const calls = this.#plan(waiting);
      // As long as it is not known what a call brings, the next one might bring the same again.
      const isKnown = this.#missing.length > 0 || calls.every(({ name }) => tickerCoverage.of(name));
      const covered = await Promise.all(
        calls.slice(0, isKnown ? calls.length : 1).map((kind) => this.#fetchKind(kind)),
      );
      waiting = waiting.filter(({ name }) => !covered.some((names) => names.has(name)));
    }
  }

  /** The kinds to call for, as far as it is known what each call brings. */
  #plan(kinds: readonly TickerKind[]): readonly TickerKind[] {
    const covered = new Set<string>();
    const calls: TickerKind[] = [];
    for (const kind of kinds) {
      if (covered.has(kind.name)) continue;
      calls.push(kind);
      for (const name of this.#expectedOf(kind)) covered.add(name);
    }
    return calls;
  }

  #expectedOf({ name }: TickerKind): ReadonlySet<string> {
    return this.#client.tickerCoverage.of(name) ?? new Set([name]);
  }

  /** Returns the kinds that need no further call. */
  async #fetchKind(kind: TickerKind): Promise<ReadonlySet<string>> {
    const { info, tickerCoverage } = this.#client;
    const expected = this.#expectedOf(kind);
    if (tickerCoverage.needsSymbols(kind.name)) return this.#fetchSymbols(kind, this.#noList(kind));
    let wasSent = false;
    let answer: Tickers;
    try {
      answer = await callTickerList(this.#client, kind.example, () => {
        wasSent = true;
      });
    } catch (thrown) {
      const error = toMarketDataError(thrown, { exchange: info.id });
      if (isRequestRefusal(error)) {
        // ccxt itself refused.
        if (!wasSent) tickerCoverage.learnSymbolsNeeded(kind.name);
        return this.#fetchSymbols(kind, wasSent ? error : this.#noList(kind));
      }
      this.#fail(expected, error);
      return expected;
    }
    const covered = await this.#take(kind, answer);
    tickerCoverage.learn(kind.name, covered);
    return covered;
  }

  /** Keeps the tickers of an answer. Returns the kinds that it covers. */
  async #take(kind: TickerKind, answer: Tickers): Promise<ReadonlySet<string>> {
    const exchange = this.#client.info.id;
    const receivedAt = this.#now();
    const { kinds, kindBySymbol } = this.#kinds;
    const counts = new Map<string, number>();
    let isOwnSeen = false;
    await parseDeferred(answer, (ticker) => {
      const { symbol, info } = ticker;
      const name = symbol === undefined ? undefined : kindBySymbol.get(symbol);
      if (symbol === undefined || name === undefined || info instanceof UnreadableRow) return;
      isOwnSeen ||= name === kind.name;
      try {
        this.#tickers.set(symbol, toTicker(exchange, symbol, ticker, receivedAt));
        counts.set(name, (counts.get(name) ?? 0) + 1);
      } catch (error) {
        // A market without any price has no rank.
        if (!(error instanceof MarketDataError)) throw error;
      }
    });
    this.#receivedAt = Math.max(this.#receivedAt, receivedAt);
    const isCovered = ({ name, symbols }: TickerKind): boolean =>
      (counts.get(name) ?? 0) >= symbols.length * coveringShare;
    if (kind.example.option) await this.#fetchOtherUnderlyings(kind);
    // A kind without any ticker is not a market without trades: the call does not know the kind, or the exchange is ill.
    else if (!isOwnSeen) this.#fail(new Set([kind.name]), this.#noTicker(kind));
    return new Set([kind.name, ...kinds.filter(isCovered).map(({ name }) => name)]);
  }

  /** Lists of options often have one underlying only. */
  async #fetchOtherUnderlyings(kind: TickerKind): Promise<void> {
    const groups = byUnderlying(kind.symbols.map((symbol) => this.#client.ccxt.market(symbol)));
    const others = groups.filter((markets) => !markets.some(({ symbol }) => this.#tickers.has(symbol)));
    const symbols = others.flat().map(({ symbol }) => symbol);
    if (symbols.length > 0) await this.#fetchSymbols({ ...kind, symbols }, this.#noList(kind));
  }

  /** Fetches the tickers of a kind by symbol, if that takes only a few calls; otherwise they are missing. */
  async #fetchSymbols({ name, example, symbols }: TickerKind, error: MarketDataError): Promise<ReadonlySet<string>> {
    const { ccxt } = this.#client;
    const count = example.option
      ? byUnderlying(symbols.map((symbol) => ccxt.market(symbol))).length / maxUnderlyings
      : symbols.length / maxBySymbol;
    const outcomes = count > 1 ? new Map() : await fetchTickers(this.#client, symbols, this.#now);
    let failure = count > 1 ? error : null;
    const missing = new Set(symbols);
    for (const [symbol, outcome] of outcomes) {
      if (outcome instanceof MarketDataError) failure ??= outcome;
      else {
        this.#tickers.set(symbol, outcome);
        missing.delete(symbol);
      }
    }
    this.#receivedAt = Math.max(this.#receivedAt, this.#now());
    // Markets that are left out one by one have no ticker at present.
    const isMissing = missing.size > symbols.length * coveringShare;
    if (failure && isMissing) this.#missing.push({ symbols: [...missing], error: failure });
    return new Set([name]);
  }

  /** The tickers of these kinds are missing. */
  #fail(names: ReadonlySet<string>, error: MarketDataError): void {
    const kinds = this.#kinds.kinds.filter(({ name }) => names.has(name));
    this.#missing.push({ symbols: kinds.flatMap(({ symbols }) => symbols), error });
  }

  #noTicker({ name }: TickerKind): MarketDataError {
    const exchange = this.#client.info.id;
    const message = `${exchange} sent no ticker of its ${name} markets.`;
    return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange });
  }

  #noList({ name }: TickerKind): MarketDataError {
    const exchange = this.#client.info.id;
    const message = `${exchange} has no call that brings the tickers of all its ${name} markets.`;
    return new MarketDataError('NOT_SUPPORTED', message, { exchange });
  }
}
