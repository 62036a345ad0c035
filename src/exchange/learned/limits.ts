import type { MarketInterface } from 'ccxt';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';

/** What an exchange refused is asked for again after this, in ms: the refusal may have been a mistake. */
const rememberMs = 3_600_000;

/** Several calls of all kinds of markets, with every limit that a client may ask for. */
const maxRefusals = 20_000;
const maxKinds = 100;
const maxForms = 1000;

/** Limits that exchanges commonly take, to try where one is refused and the usual answer is too short. */
const commonLimits = [5, 10, 20, 25, 50, 100, 200, 400, 500, 1000];
const maxTriesAbove = 2;
const maxTriesBelow = 3;

/** One kind of call about one market. */
export interface LimitedCall {
  /** Tells the kind of call from the others of the exchange. */
  readonly name: string;
  readonly market: Pick<MarketInterface, 'symbol' | 'type' | 'subType'>;
}

/**
 * What an exchange takes as the limit of a call, learned from its answers by kind of market and forgotten after an hour.
 * Many take certain limits only, which differ by kind of market, and which ccxt does not list.
 */
export class LimitMemory {
  /** By kind of market and limit, the limit to ask for instead of a refused one; null for a call without a limit. */
  readonly #substitutes: LRUCache<string, { readonly limit: number | null }>;
  /** By kind of market and limit, the first market that was refused it and got fewer rows than were wanted. */
  readonly #shortened: LRUCache<string, string>;
  readonly #accepted: LRUCache<string, Set<number>>;
  readonly #extraRows: LRUCache<string, number>;
  readonly #refusedForms: LRUCache<string, true>;

  constructor(clock: Clock) {
    const forAWhile = { ttl: rememberMs, ttlResolution: 0, perf: clock };
    this.#substitutes = new LRUCache({ max: maxRefusals, ...forAWhile });
    this.#shortened = new LRUCache({ max: maxRefusals, ...forAWhile });
    this.#accepted = new LRUCache({ max: maxKinds, ...forAWhile });
    this.#extraRows = new LRUCache({ max: maxKinds, ...forAWhile });
    this.#refusedForms = new LRUCache({ max: maxForms, ...forAWhile });
  }

  /** What to ask for instead of a limit that was refused; null for no limit, undefined where it was not refused. */
  substituteOf(call: LimitedCall, limit: number): number | null | undefined {
    const ofMarket = this.#substitutes.get(`${marketKey(call)} ${limit}`);
    return (ofMarket ?? this.#substitutes.get(`${kindKey(call)} ${limit}`))?.limit;
  }

  /**
   * Notes what works instead of a refused limit. Where other markets of the kind have that limit, the market alone lacks
   * it. So it does where the substitute brought too few rows, until another market is refused it too: one market says
   * little of the others, and they would lose rows.
   */
  refuse(call: LimitedCall, limit: number, substitute: number | null, isEnough: boolean): void {
    const isCommon = this.#accepted.get(kindKey(call))?.has(limit) ?? false;
    const isOfKind = !isCommon && (isEnough || this.#isShortenedElsewhere(call, limit));
    this.#substitutes.set(`${isOfKind ? kindKey(call) : marketKey(call)} ${limit}`, { limit: substitute });
  }

  #isShortenedElsewhere(call: LimitedCall, limit: number): boolean {
    const key = `${kindKey(call)} ${limit}`;
    const first = this.#shortened.get(key);
    if (first === undefined) this.#shortened.set(key, call.market.symbol);
    return first !== undefined && first !== call.market.symbol;
  }

  accept(call: LimitedCall, limit: number): void {
    const known = this.#accepted.get(kindKey(call));
    if (known) known.add(limit);
    else this.#accepted.set(kindKey(call), new Set([limit]));
  }

  /** Forgets that a limit was refused, since what was asked for instead is refused by now. */
  forget(call: LimitedCall, limit: number): void {
    this.#substitutes.delete(`${marketKey(call)} ${limit}`);
    this.#substitutes.delete(`${kindKey(call)} ${limit}`);
  }

  /** The smallest limit above `limit` that the exchange has taken. */
  nextAccepted(call: LimitedCall, limit: number): number | undefined {
    const above = [...(this.#accepted.get(kindKey(call)) ?? [])].filter((accepted) => accepted > limit);
    return above.length > 0 ? Math.min(...above) : undefined;
  }

  /** How many rows more to ask for than are wanted, since some of an answer count for nothing. */
  extraRowsOf(call: LimitedCall): number {
    return this.#extraRows.get(kindKey(call)) ?? 0;
  }

  learnExtraRows(call: LimitedCall, extra: number): void {
    this.#extraRows.set(kindKey(call), extra);
  }

  /** True of a form of a call that the exchange refused a while ago. */
  refusesForm(call: LimitedCall): boolean {
    return this.#refusedForms.has(kindKey(call)) || this.#refusedForms.has(marketKey(call));
  }

  /** Notes that the exchange refuses a form of a call: where it takes it for others of the kind, for the market alone. */
  markRefusedForm(call: LimitedCall): void {
    this.#refusedForms.set(this.#accepted.has(kindKey(call)) ? marketKey(call) : kindKey(call), true);
  }
}

function kindKey({ name, market }: LimitedCall): string {
  return `${name} ${market.type} ${market.subType ?? ''}`;
}

function marketKey(call: LimitedCall): string {
  return `${kindKey(call)} ${call.market.symbol}`;
}

/** A call with a limit: how to make it, and how many rows an answer has. */
export interface LimitedRequest<T> extends LimitedCall {
  readonly limit: number;
  readonly ask: (limit: number | undefined) => Promise<T>;
  readonly countRows: (answer: T) => number;
}

/**
 * Calls with a limit. Where the exchange refuses it, calls with the next larger one that it has taken, else without any;
 * where that brings too few rows, with limits that exchanges commonly take. What works is remembered for that limit and
 * that kind of market. Rejects with what the exchange does about a call without a limit.
 */
export async function withLimit<T>(memory: LimitMemory, request: LimitedRequest<T>): Promise<T> {
  const { limit, ask } = request;
  const substitute = memory.substituteOf(request, limit);
  if (substitute === null) return ask(undefined);
  if (substitute !== undefined) {
    const answer = await attempt(request, substitute);
    if (answer) return answer.value;
    memory.forget(request, limit);
  }
  const answer = await attempt(request, limit);
  if (answer) {
    memory.accept(request, limit);
    return answer.value;
  }
  return askInstead(memory, request);
}

async function askInstead<T>(memory: LimitMemory, request: LimitedRequest<T>): Promise<T> {
  const { limit, ask, countRows } = request;
  const next = memory.nextAccepted(request, limit);
  const known = next === undefined ? null : await attempt(request, next);
  if (known && next !== undefined) {
    memory.refuse(request, limit, next, true);
    return known.value;
  }
  const usual = await ask(undefined);
  if (countRows(usual) >= limit) {
    memory.refuse(request, limit, null, true);
    return usual;
  }
  try {
    const better = await tryCommonLimits(memory, request, countRows(usual));
    memory.refuse(request, limit, better?.limit ?? null, countRows(better?.value ?? usual) >= limit);
    return better ? better.value : usual;
  } catch {
    // What is in hand is an answer, whatever becomes of a better one. The next call tries again.
    return usual;
  }
}

/** The first common limit that brings more than `rows`, and its answer; null where none does. */
async function tryCommonLimits<T>(
  memory: LimitMemory,
  request: LimitedRequest<T>,
  rows: number,
): Promise<{ readonly limit: number; readonly value: T } | null> {
  const above = commonLimits.filter((limit) => limit > request.limit).slice(0, maxTriesAbove);
  const below = commonLimits.filter((limit) => limit < request.limit && limit > rows).reverse();
  for (const limit of [...above, ...below.slice(0, maxTriesBelow)]) {
    const answer = await attempt(request, limit);
    if (!answer) continue;
    memory.accept(request, limit);
    return request.countRows(answer.value) > rows ? { limit, value: answer.value } : null;
  }
  return null;
}

/** The answer; null where the exchange refuses the limit. */
async function attempt<T>({ ask }: LimitedRequest<T>, limit: number): Promise<{ readonly value: T } | null> {
  try {
    return { value: await ask(limit) };
  } catch (error) {
    if (!isRequestRefusal(error)) throw error;
    return null;
  }
}

const refusals: ReadonlySet<string> = new Set(['BAD_USER_INPUT', 'NOT_SUPPORTED', 'BAD_EXCHANGE_RESPONSE']);

/** True of an error by which an exchange says that it does not take a call in this form, whatever the symbol. */
export function isRequestRefusal(error: unknown): boolean {
  return error instanceof MarketDataError && !error.retryable && refusals.has(error.code);
}
