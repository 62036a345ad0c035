// Writes dist/catalogue.json: the exchanges of the installed ccxt, and `sim`. Contacts no exchange.
import { mkdirSync, writeFileSync } from 'node:fs';
import ccxt from 'ccxt';
import { toCapabilities } from '../src/exchange/ccxt/capabilities.ts';
import { loadExchangeClass } from '../src/exchange/ccxt/load-ccxt.ts';
import type { ExchangeInfo } from '../src/market/model/exchange.ts';

const streaming: ReadonlySet<string> = new Set(['sim', ...Object.keys(ccxt.pro)]);

async function toExchangeInfo(id: string): Promise<ExchangeInfo> {
  const Class = await loadExchangeClass(id, streaming.has(id));
  const exchange = new Class({});
  const website: unknown = exchange.urls.www;
  const first: unknown = Array.isArray(website) ? website[0] : website;
  return {
    id,
    name: exchange.name ?? id,
    countries: exchange.countries ?? [],
    website: typeof first === 'string' ? first : null,
    simulated: id === 'sim',
    timeframes: exchange.has.fetchOHLCV ? Object.keys(exchange.timeframes ?? {}) : [],
    has: toCapabilities(exchange),
    streaming: streaming.has(id),
    hasTestNetwork: Boolean(exchange.urls.test),
  };
}

const ids = [...ccxt.exchanges, 'sim'].sort();
const catalogue = await Promise.all(ids.map(toExchangeInfo));
mkdirSync(new URL('../dist/', import.meta.url), { recursive: true });
writeFileSync(new URL('../dist/catalogue.json', import.meta.url), JSON.stringify(catalogue));
process.stdout.write(`catalogue: ${catalogue.length} exchanges\n`);
