import { readFileSync } from 'node:fs';
import type { ExchangeInfo } from '../../market/model/exchange.ts';
import { exchangeNotFound } from '../../market/model/not-found.ts';
import { isTimeframe } from '../../market/timeframe.ts';

/** The exchanges that this server may use. */
export interface Catalogue {
  readonly exchanges: readonly ExchangeInfo[];
  /** Throws EXCHANGE_NOT_FOUND with the nearest ids. */
  get(id: string): ExchangeInfo;
}

/** Every exchange of the installed ccxt, and `sim`. `npm run build` writes the file from ccxt. */
export function readCatalogue(): readonly ExchangeInfo[] {
  // The path is the same whether this module runs from src or from dist.
  return JSON.parse(readFileSync(new URL('../../../dist/catalogue.json', import.meta.url), 'utf8'));
}

/** Restricts the exchanges to the allowed ids (null allows all), and their timeframes to those with a known length. */
export function createCatalogue(all: readonly ExchangeInfo[], allowed: readonly string[] | null): Catalogue {
  const byId = new Map(
    all.filter((info) => allowed === null || allowed.includes(info.id)).map((info) => [info.id, toServed(info)]),
  );
  const known = new Set(all.map((info) => info.id));
  return {
    exchanges: [...byId.values()],
    get: (id) => {
      const info = byId.get(id);
      if (info) return info;
      throw exchangeNotFound(id, [...byId.keys()], known.has(id));
    },
  };
}

/** Some lists contain `15` or `1Y`, which ccxt itself cannot parse. */
function toServed(info: ExchangeInfo): ExchangeInfo {
  return { ...info, timeframes: info.timeframes.filter(isTimeframe) };
}
