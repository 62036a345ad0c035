import type { MarketInterface } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { mixesUnderlyings, paysAsBatch, splitBatch, splitEvenly, toBatches } from './batch-shape.ts';
import { refetchMissing } from './missing-tickers.ts';
import { type TickerOutcomes, TickerRound } from './ticker-round.ts';

type Markets = readonly MarketInterface[];

/**
 * After this many refused requests, markets are requested one by one. It is enough to find one bad symbol among a
 * thousand.
 */
const maxRefusals = 18;

/**
 * When several markets were refused alone before, a refused batch of up to this size is requested one by one
 * immediately.
 */
const maxUnhalved = 8;

/** How many markets are still tried after everything was refused so far. */
const maxProbes = 3;

/**
 * Fetches the tickers of markets of one kind and adds them, or the errors, to `outcomes`. A batch is an optimisation:
 * if it is refused, its markets are requested in smaller batches and finally alone, and so are markets that it leaves
 * out. What the exchange accepts is learned on the way and shapes the next batch: see BatchLimits.
 */
export async function fetchTickerGroup(
  client: ExchangeClient,
  kind: string,
  markets: Markets,
  now: () => number,
  outcomes: TickerOutcomes,
): Promise<void> {
  const round = new TickerRound(client, now, outcomes);
  if (can(client.ccxt, 'TICKERS')) await new TickerGroup(round, kind).fetch(markets);
  else await round.fetchEach(markets);
}

class TickerGroup {
  readonly #round: TickerRound;
  readonly #kind: string;
  #missing: MarketInterface[] = [];
  #batched = 0;
  #postponed: MarketInterface[] = [];

  constructor(round: TickerRound, kind: string) {
    this.#round = round;
    this.#kind = kind;
  }

  async fetch(markets: Markets): Promise<void> {
    const round = this.#round;
    const { batchLimits, refused } = round.client;
    const together = markets.filter(({ symbol }) => !batchLimits.isAlone(symbol));
    const alone = markets.filter(({ symbol }) => batchLimits.isAlone(symbol));
    await Promise.all([this.#fetchParts(together), round.fetchEach(alone)]);
    if (this.#postponed.length > 0) await this.#fetchPostponed(this.#postponed);
    for (const [symbol, error] of round.refused) {
      // If the exchange refused all of them, the cause may be a short problem of the exchange, and not the market.
      const isItsOwn = !round.hasSucceeded && !error.isFinal;
      if (isItsOwn || (markets.length === 1 && alone.length === 0)) continue;
      refused.set(symbol, error);
      batchLimits.learnAlone(symbol, 'refused');
    }
    if (this.#missing.length > 0) {
      await refetchMissing(round, this.#kind, this.#missing, this.#missing.length < this.#batched);
    }
  }

  /**
   * Fetches markets in the batches that the exchange accepts, as far as that is known; true when it refused nothing.
   */
  async #fetchParts(markets: Markets): Promise<boolean> {
    return this.#fetchAll(toBatches(this.#round.client, this.#kind, markets));
  }

  async #fetchAll(parts: readonly Markets[]): Promise<boolean> {
    const accepted = await Promise.all(parts.map((part) => this.#fetchPart(part)));
    return accepted.every(Boolean);
  }

  async #fetchPart(markets: Markets): Promise<boolean> {
    const round = this.#round;
    if (!paysAsBatch(round.client, markets)) return round.fetchEach(markets);
    const answer = await round.fetchTogether(markets);
    switch (answer?.kind) {
      case undefined:
        return false;
      case 'answered':
        this.#batched += markets.length;
        this.#missing.push(...markets.filter(({ symbol }) => !answer.outcomes.has(symbol)));
        if (answer.outcomes.size > 0) round.client.batchLimits.markAccepted(this.#kind, markets.length);
        return true;
      case 'too long':
        round.client.batchLimits.learnSize(this.#kind, answer.fitting);
        return this.#fetchAll(splitEvenly(markets, answer.fitting));
      case 'refused':
        await this.#fetchRefused(markets);
        return false;
    }
  }

  /** Requests a refused batch in smaller ones, one after the other, because each may teach something about the next. */
  async #fetchRefused(markets: Markets): Promise<void> {
    const round = this.#round;
    if (round.hasSucceeded && round.refusals >= maxRefusals) {
      await round.fetchEach(markets);
      return;
    }
    // If several markets are bad, more are likely to be: halving would cost more calls than it saves.
    const areManyBad = round.refused.size > 1 && markets.length <= maxUnhalved;
    const parts = areManyBad
      ? markets.map((market) => [market])
      : splitBatch(markets, round.client.batchLimits.maxAccepted(this.#kind));
    let areAccepted = true;
    for (const part of parts) {
      if (!round.hasSucceeded && round.refusals >= maxRefusals) {
        this.#postponed.push(...part);
        areAccepted = false;
      } else if (!(await this.#fetchParts(part))) areAccepted = false;
    }
    // Some of ccxt's classes drop inactive markets from a request. If the request is then empty, it teaches nothing.
    if (areAccepted && markets.some(({ active }) => active !== false)) this.#learn(markets, parts);
  }

  #learn(refused: Markets, accepted: readonly Markets[]): void {
    const { batchLimits } = this.#round.client;
    const size = Math.max(...accepted.map(({ length }) => length));
    if (mixesUnderlyings(refused) && !accepted.some(mixesUnderlyings)) batchLimits.learnUnderlyings(this.#kind);
    else if (size > 1) batchLimits.learnSize(this.#kind, Math.min(size, batchLimits.maxSize(this.#kind)));
    else {
      batchLimits.learnSingles(
        this.#kind,
        refused.map(({ symbol }) => symbol),
      );
    }
  }

  /** The exchange refused everything so far: tries a few of the other markets before they are given up. */
  async #fetchPostponed(markets: Markets): Promise<void> {
    const round = this.#round;
    const step = Math.max(1, Math.floor((markets.length - 1) / (maxProbes - 1)));
    const probes = markets.filter((_, index) => index % step === 0).slice(0, maxProbes);
    await round.fetchEach(probes);
    const others = markets.filter((market) => !probes.includes(market));
    if (round.hasSucceeded) await round.fetchEach(others);
    else for (const { symbol } of others) round.set(symbol, notRequestedError(round.client.info.id, symbol));
  }
}

/** The error does not claim that this symbol does not exist, because it is not known which symbol was the reason. */
function notRequestedError(exchange: string, symbol: string): MarketDataError {
  const message = `${exchange} refused requests for several tickers, and for some of them alone; ${symbol} was not requested.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
}
