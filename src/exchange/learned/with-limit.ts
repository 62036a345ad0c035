import { MarketDataError } from '../../market/errors.ts';
import type { LimitedCall, LimitMemory } from './limit-memory.ts';

/** Limits that exchanges commonly accept, to try when one is refused and the default answer is too short. */
const commonLimits = [5, 10, 20, 25, 50, 100, 200, 400, 500, 1000];
const maxTriesAbove = 2;
const maxTriesBelow = 3;

/** A call with a limit: how to make it, and how to count the rows of its answer. */
export interface LimitedRequest<T> extends LimitedCall {
  readonly limit: number;
  readonly ask: (limit: number | undefined) => Promise<T>;
  readonly countRows: (answer: T) => number;
}

/**
 * Makes a call with a limit. If the exchange refuses the limit, it is replaced by the next larger one that the exchange
 * has accepted before, otherwise by none; if that returns too few rows, by limits that exchanges commonly accept. What
 * works is remembered for that limit and that kind of market. Rejects with the error of the call without a limit.
 */
export async function withLimit<T>(memory: LimitMemory, request: LimitedRequest<T>): Promise<T> {
  const { limit, ask } = request;
  const substitute = memory.substituteOf(request, limit);
  if (substitute === null) return ask(undefined);
  if (substitute !== undefined) {
    const answer = await tryLimit(request, substitute);
    if (answer) return answer.value;
    memory.forgetSubstitute(request, limit);
  }
  const answer = await tryLimit(request, limit);
  if (answer) {
    memory.learnAccepted(request, limit);
    return answer.value;
  }
  return askForSubstitute(memory, request);
}

async function askForSubstitute<T>(memory: LimitMemory, request: LimitedRequest<T>): Promise<T> {
  const { limit, ask, countRows } = request;
  const next = memory.nextAccepted(request, limit);
  const known = next === undefined ? null : await tryLimit(request, next);
  if (known && next !== undefined) {
    memory.learnSubstitute(request, limit, next, true);
    return known.value;
  }
  const unlimited = await ask(undefined);
  if (countRows(unlimited) >= limit) {
    memory.learnSubstitute(request, limit, null, true);
    return unlimited;
  }
  try {
    const better = await tryCommonLimits(memory, request, countRows(unlimited));
    memory.learnSubstitute(request, limit, better?.limit ?? null, countRows(better?.value ?? unlimited) >= limit);
    return better ? better.value : unlimited;
  } catch {
    // There already is an answer, even if the search for a better one fails. The next call tries again.
    return unlimited;
  }
}

/** The first common limit that returns more than `rows`, with its answer; null if none does. */
async function tryCommonLimits<T>(
  memory: LimitMemory,
  request: LimitedRequest<T>,
  rows: number,
): Promise<{ readonly limit: number; readonly value: T } | null> {
  const above = commonLimits.filter((limit) => limit > request.limit).slice(0, maxTriesAbove);
  const below = commonLimits.filter((limit) => limit < request.limit && limit > rows).reverse();
  for (const limit of [...above, ...below.slice(0, maxTriesBelow)]) {
    const answer = await tryLimit(request, limit);
    if (!answer) continue;
    memory.learnAccepted(request, limit);
    return request.countRows(answer.value) > rows ? { limit, value: answer.value } : null;
  }
  return null;
}

/** The answer; null if the exchange refuses the limit. */
async function tryLimit<T>({ ask }: LimitedRequest<T>, limit: number): Promise<{ readonly value: T } | null> {
  try {
    return { value: await ask(limit) };
  } catch (error) {
    if (!isRequestRefusal(error)) throw error;
    return null;
  }
}

const refusals: ReadonlySet<string> = new Set(['BAD_USER_INPUT', 'NOT_SUPPORTED', 'BAD_EXCHANGE_RESPONSE']);

/** True if the exchange refuses the parameters of a request, whatever the symbol. */
export function isRequestRefusal(error: unknown): boolean {
  return error instanceof MarketDataError && !error.retryable && refusals.has(error.code);
}
