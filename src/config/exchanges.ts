import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { suggest } from '../base/suggest.ts';
import { ConfigError } from './config-error.ts';
import { toItems } from './items.ts';

export type OptionsByExchange = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Returns a sentence that says why the options of an exchange cannot work, without their values; null if they can work. */
export type FindOptionFault = (exchange: string, options: Readonly<Record<string, unknown>>) => string | null;

const exchangeFile = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Reads EXCHANGES; null for all exchanges. */
export function readAllowList(text: string | undefined, knownIds: readonly string[]): readonly string[] | null {
  if (!text || text.trim() === 'all') return null;
  const ids = toItems(text);
  if (ids.length === 0)
    throw new ConfigError(`EXCHANGES is ${JSON.stringify(text)}; it must be all, or exchange ids separated by commas.`);
  requireKnown('EXCHANGES', ids, knownIds);
  return ids;
}

/** Reads the file named by EXCHANGE_CONFIG: ccxt constructor options by exchange id. */
export function readExchangeFile(
  path: string | undefined,
  knownIds: readonly string[],
  findFault: FindOptionFault,
): OptionsByExchange {
  if (!path) return {};
  const parsed = exchangeFile.safeParse(readJson(path));
  if (!parsed.success) {
    throw new ConfigError(`EXCHANGE_CONFIG: ${path} must contain a JSON object of ccxt options by exchange id.`);
  }
  requireKnown('EXCHANGE_CONFIG', Object.keys(parsed.data), knownIds);
  for (const [exchange, options] of Object.entries(parsed.data)) {
    const fault = findFault(exchange, options);
    if (fault !== null) throw new ConfigError(`EXCHANGE_CONFIG: ${fault}`);
  }
  return parsed.data;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    throw new ConfigError(`EXCHANGE_CONFIG: the file ${path} ${reason}.`, { cause: error });
  }
}

function requireKnown(variable: string, ids: readonly string[], knownIds: readonly string[]): void {
  const unknown = ids.find((id) => !knownIds.includes(id));
  if (unknown === undefined) return;
  const near = suggest(unknown, knownIds);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'use the ids of ccxt, for example kraken.';
  throw new ConfigError(`${variable} names ${JSON.stringify(unknown)}, which is not an exchange; ${hint}`);
}
