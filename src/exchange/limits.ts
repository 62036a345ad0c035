import { MarketDataError } from '../market/error.ts';

/**
 * Calls with a limit, and without one where the exchange refuses it: many take certain limits only, which ccxt does not
 * list. `refusing` remembers those that do.
 */
export async function withLimit<T>(
  refusing: Set<string>,
  call: string,
  limit: number,
  ask: (limit: number | undefined) => Promise<T>,
): Promise<T> {
  if (refusing.has(call)) return ask(undefined);
  try {
    return await ask(limit);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const answer = await ask(undefined);
    refusing.add(call);
    return answer;
  }
}

const refusals: ReadonlySet<string> = new Set(['BAD_USER_INPUT', 'NOT_SUPPORTED', 'BAD_EXCHANGE_RESPONSE']);

/** True of an error by which an exchange says that it does not take a call in this form, whatever the symbol. */
export function isRefusal(error: unknown): boolean {
  return error instanceof MarketDataError && !error.retryable && refusals.has(error.code);
}
