import type { ExchangeInfo } from '../../../web/src/client/exchanges.ts';

/** Exchanges of a server, each as its id and its name. */
export function toExchanges(names: Readonly<Record<string, string>>): ReadonlyMap<string, ExchangeInfo> {
  return new Map(
    Object.entries(names).map(([id, name]) => {
      return [id, { id, name, simulated: id === 'sim', timeframes: [], has: [] }] as const;
    }),
  );
}
