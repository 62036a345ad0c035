import { type Config, loadConfig } from '../../config/load-config.ts';
import { readCatalogue } from '../../exchange/ccxt/catalogue.ts';
import { findOptionFault } from '../../exchange/clients/option-fault.ts';

/** Settings by their names, as in the environment of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings and checks them against the installed exchanges. Throws a ConfigError for the first wrong one. */
export function readConfig(env: Environment): Config {
  const catalogue = new Map(readCatalogue().map((info) => [info.id, info]));
  return loadConfig(env, [...catalogue.keys()], (exchange, options) =>
    findOptionFault(exchange, options, catalogue.get(exchange)?.hasTestNetwork ?? false),
  );
}
