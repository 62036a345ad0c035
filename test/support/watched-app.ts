import { pino } from 'pino';
import { type App, type AppOptions, createApp } from '../../src/app/create-app.ts';
import { type Config, loadConfig } from '../../src/config/load-config.ts';
import { readCatalogue } from '../../src/exchange/ccxt/catalogue.ts';

/** A whole server on loopback whose log a test reads. */
export interface WatchedApp {
  readonly app: App;
  /** `http://127.0.0.1:…` */
  readonly origin: string;
  /** What it has logged, a line each. */
  // biome-ignore lint/suspicious/noExplicitAny: the fields of a line are up to what it tells
  readonly lines: readonly any[];
  post(query: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** What Prometheus would read. */
  scrape(): Promise<string>;
  stop(): Promise<void>;
}

export async function startWatchedApp(
  level: string,
  options: Partial<AppOptions> = {},
  config: Partial<Config> = {},
): Promise<WatchedApp> {
  const ids = readCatalogue().map(({ id }) => id);
  const lines: unknown[] = [];
  const log = pino({ level }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const app = createApp({ config: { ...loadConfig({}, ids), port: 0, lingerMs: 0, ...config }, log, ...options });
  const origin = `http://127.0.0.1:${await app.start()}`;
  return {
    app,
    origin,
    lines,
    post: (query, headers = {}) =>
      fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      }),
    scrape: async () => (await fetch(`${origin}/metrics`)).text(),
    stop: () => app.stop(),
  };
}
