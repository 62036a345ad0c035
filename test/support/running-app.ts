import { pino } from 'pino';
import { type App, createApp } from '../../src/app/create-app.ts';
import type { Clock } from '../../src/base/clock.ts';
import { type Config, loadConfig } from '../../src/config/load-config.ts';
import { readCatalogue } from '../../src/exchange/ccxt/catalogue.ts';

/** What a GraphQL answer over HTTP holds. */
export interface GraphQLAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is up to its query
  readonly data: any;
  readonly errors: readonly GraphQLAnswerError[];
}

export interface GraphQLAnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** A whole server on loopback, closed with `stop()`. */
export interface RunningApp {
  readonly app: App;
  readonly url: string;
  readonly webSocketUrl: string;
  query(query: string, variables?: Readonly<Record<string, unknown>>): Promise<GraphQLAnswer>;
  stop(): Promise<void>;
}

/** Starts a server on a free port; `config` changes what a test is about. */
export async function startApp(config: Partial<Config> = {}, clock?: Clock): Promise<RunningApp> {
  const defaults = loadConfig(
    {},
    readCatalogue().map(({ id }) => id),
  );
  const app = createApp({
    config: { ...defaults, port: 0, shutdownDelayMs: 0, ...config },
    log: pino({ level: 'silent' }),
    ...(clock ? { clock } : {}),
  });
  const port = await app.start();
  const url = `http://127.0.0.1:${port}/graphql`;
  return {
    app,
    url,
    webSocketUrl: url.replace('http', 'ws'),
    query: async (query, variables) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [] } = await response.json();
      return { status: response.status, data, errors };
    },
    stop: () => app.stop(),
  };
}
