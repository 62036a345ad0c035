import type {
  FundingRate,
  FundingRateHistory,
  FundingRates,
  Int,
  Market,
  MarketInterface,
  OHLCV,
  OpenInterest,
  OrderBook,
  Str,
  Strings,
  Ticker,
  Tickers,
  Trade,
} from 'ccxt';
import { maxRows, parseDepth, parseLimit, parseTime, parseTimeframe } from './arguments.ts';
import { firstCandleAt, listOpens } from './candles.ts';
import { BadRequest, BadSymbol, Exchange } from './ccxt.ts';
import { type FundingInput, fundingInterval, fundingRateAt, paidRateAt } from './derivatives/funding.ts';
import { simDescription } from './description.ts';
import { createMarketSimulation, type MarketSimulation } from './market-simulation.ts';
import { createMarkets } from './markets.ts';
import { toFundingFields, toMarketFields, toOpenInterestFields, toPaymentFields } from './structures.ts';
import { tickMs } from './walk.ts';

const defaultRows = 100;

/** The REST half of the simulated exchange, separate from the watch methods as in ccxt. `Sim` is the whole exchange. */
export class SimRest extends Exchange {
  readonly #simulations = new Map<string, MarketSimulation>();

  override describe() {
    return this.deepExtend(super.describe(), simDescription);
  }

  override async fetchMarkets(): Promise<Market[]> {
    return createMarkets().map((market) => this.safeMarketStructure(toMarketFields(market, firstCandleAt)));
  }

  /** Like ccxt's, except that names that every object inherits, such as `constructor`, are not symbols. */
  override market(symbol: Str): MarketInterface {
    const isKnown = [this.markets, this.markets_by_id].some((known) => known && Object.hasOwn(known, `${symbol}`));
    if (this.markets !== undefined && !isKnown) throw new BadSymbol(`${this.id} has no market ${symbol}`);
    return super.market(symbol);
  }

  override async fetchTicker(symbol: string): Promise<Ticker> {
    const simulation = await this.loadSimulation(symbol);
    return this.toTicker(simulation, this.currentTick());
  }

  /** All tickers are of the same tick. Without symbols, returns the tickers of all markets. */
  override async fetchTickers(symbols?: Strings): Promise<Tickers> {
    const simulations = await this.loadSimulations(symbols);
    return this.toTickers(simulations, this.currentTick());
  }

  /** `since` is inclusive, `params.until` exclusive. The last candle may still be forming. At most 1000. */
  override async fetchOHLCV(
    symbol: string,
    timeframe = '1m',
    since?: Int,
    limit?: Int,
    params: { readonly until?: Int } = {},
  ): Promise<OHLCV[]> {
    const simulation = await this.loadSimulation(symbol);
    return simulation.candles(this.currentTick(), {
      timeframe: parseTimeframe(timeframe),
      since: parseTime('since', since),
      until: parseTime('until', params.until),
      limit: parseLimit(limit, defaultRows, maxRows),
    });
  }

  /** 20 levels per side by default, at most 100. */
  override async fetchOrderBook(symbol: string, limit?: Int): Promise<OrderBook> {
    const simulation = await this.loadSimulation(symbol);
    return this.toOrderBook(simulation, this.currentTick(), parseDepth(limit));
  }

  /** The first `limit` trades from `since` on, or otherwise the newest `limit`; 100 by default, at most 1000. */
  override async fetchTrades(symbol: string, since?: Int, limit?: Int): Promise<Trade[]> {
    const simulation = await this.loadSimulation(symbol);
    const from = parseTime('since', since);
    const max = parseLimit(limit, defaultRows, maxRows);
    const firstTick = Math.ceil(Math.max(from ?? firstCandleAt, firstCandleAt) / tickMs);
    const choose = from === undefined ? simulation.newestTrades : simulation.oldestTrades;
    return this.toTrades(choose(firstTick, this.currentTick(), max));
  }

  override async fetchFundingRate(symbol: string): Promise<FundingRate> {
    return this.#fundingRate(await this.loadSimulation(symbol), this.currentTick());
  }

  /** All rates are of the same tick. Without symbols, returns those of all swaps. */
  override async fetchFundingRates(symbols?: Strings): Promise<FundingRates> {
    const simulations = await this.loadSimulations(symbols);
    const swaps = symbols ? simulations : simulations.filter(({ indexSymbol }) => indexSymbol !== undefined);
    const tick = this.currentTick();
    return Object.fromEntries(swaps.map((simulation) => [simulation.symbol, this.#fundingRate(simulation, tick)]));
  }

  /** `since` is inclusive, `params.until` exclusive. 100 by default, at most 1000. */
  override async fetchFundingRateHistory(
    symbol?: Str,
    since?: Int,
    limit?: Int,
    params: { readonly until?: Int } = {},
  ): Promise<FundingRateHistory[]> {
    const simulation = await this.loadSimulation(`${symbol}`);
    const input = this.#fundingInput(simulation);
    return this.#listTimes(fundingInterval, since, limit, params).map((time) =>
      toPaymentFields(simulation.symbol, time, paidRateAt(input, time / tickMs)),
    );
  }

  override async fetchOpenInterest(symbol: string): Promise<OpenInterest> {
    return this.#openInterest(await this.loadSimulation(symbol), this.currentTick());
  }

  /** The open interest at the beginning of each period. Limits are those of fetchFundingRateHistory. */
  override async fetchOpenInterestHistory(
    symbol: string,
    timeframe = '1h',
    since?: Int,
    limit?: Int,
    params: { readonly until?: Int } = {},
  ): Promise<OpenInterest[]> {
    const simulation = await this.loadSimulation(symbol);
    return this.#listTimes(parseTimeframe(timeframe), since, limit, params).map((time) =>
      this.#openInterest(simulation, time / tickMs),
    );
  }

  /** The number of the newest tick. */
  protected currentTick(): number {
    return Math.floor(this.milliseconds() / tickMs);
  }

  protected async loadSimulation(symbol: string): Promise<MarketSimulation> {
    await this.loadMarkets();
    return this.#simulationOf(this.market(symbol).symbol);
  }

  /** The simulations of the symbols, or of all markets. */
  protected async loadSimulations(symbols: Strings): Promise<readonly MarketSimulation[]> {
    await this.loadMarkets();
    return (symbols ?? this.symbols).map((symbol) => this.#simulationOf(this.market(symbol).symbol));
  }

  /** A swap's mark price is its own last price; its index price is the spot market's. */
  protected toTicker(simulation: MarketSimulation, tick: number): Ticker {
    const fields = simulation.ticker(tick);
    if (simulation.indexSymbol === undefined) return this.safeTicker(fields);
    const indexPrice = this.#simulationOf(simulation.indexSymbol).last(tick);
    return this.safeTicker({ ...fields, markPrice: fields.last, indexPrice });
  }

  protected toTickers(simulations: readonly MarketSimulation[], tick: number): Tickers {
    return Object.fromEntries(simulations.map((simulation) => [simulation.symbol, this.toTicker(simulation, tick)]));
  }

  protected toOrderBook(simulation: MarketSimulation, tick: number, depth: number): OrderBook {
    const book = this.parseOrderBook(simulation.book(tick, depth), simulation.symbol, tick * tickMs);
    return { ...book, nonce: tick };
  }

  protected toTrades(trades: ReturnType<MarketSimulation['newestTrades']>): Trade[] {
    return trades.map((trade) => this.safeTrade(trade));
  }

  #listTimes(timeframe: string, since: Int, limit: Int, params: { readonly until?: Int }): readonly number[] {
    const window = {
      timeframe,
      since: parseTime('since', since),
      until: parseTime('until', params.until),
      limit: parseLimit(limit, defaultRows, maxRows),
    };
    return listOpens(window, this.currentTick() * tickMs);
  }

  #fundingRate(simulation: MarketSimulation, tick: number): FundingRate {
    const rate = fundingRateAt(this.#fundingInput(simulation), tick);
    return toFundingFields(simulation.symbol, tick, rate, simulation.last(tick), this.#indexOf(simulation).last(tick));
  }

  #fundingInput(simulation: MarketSimulation): FundingInput {
    const index = this.#indexOf(simulation);
    return {
      premiumAt: (tick) => simulation.last(tick) / index.last(tick) - 1,
      noiseAt: (tick) => simulation.noiseAt(6, tick),
    };
  }

  #openInterest(simulation: MarketSimulation, tick: number): OpenInterest {
    // Only swaps have positions.
    this.#indexOf(simulation);
    return toOpenInterestFields(simulation.symbol, tick, simulation.openInterest(tick), simulation.last(tick));
  }

  /** The market whose price is the index of a swap. Throws BadRequest for any other market. */
  #indexOf({ symbol, indexSymbol }: MarketSimulation): MarketSimulation {
    if (indexSymbol === undefined) throw new BadRequest(`${this.id} ${symbol} is not a swap`);
    return this.#simulationOf(indexSymbol);
  }

  #simulationOf(symbol: string): MarketSimulation {
    const known = this.#simulations.get(symbol);
    if (known !== undefined) return known;
    const market = createMarkets().find((candidate) => candidate.symbol === symbol);
    if (market === undefined) throw new BadSymbol(`${this.id} has no market ${symbol}`);
    const simulation = createMarketSimulation(market, this.options.seed);
    this.#simulations.set(symbol, simulation);
    return simulation;
  }
}
