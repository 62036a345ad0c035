import { once } from 'node:events';
import { createServer } from 'node:http';
import { readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import type { ExchangeOptions } from '../../../src/exchange/clients/instance.ts';

/** A request to a stand-in. */
export interface StandInRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Its answer, as JSON; `undefined` is an unknown path. */
export interface StandInReply {
  readonly status?: number;
  readonly json: unknown;
}

export type Answer = (request: StandInRequest) => StandInReply | undefined;

/** A server on loopback that replaces all hosts of one exchange. */
export interface StandIn {
  /** The options with which ccxt calls this server, without a throttle. */
  readonly options: ExchangeOptions;
  /** Every request since the start or the last `reset()`, oldest first. */
  readonly requests: readonly StandInRequest[];
  reset(): void;
  close(): Promise<void>;
}

/** Starts a stand-in for any exchange of ccxt, with the given answers. Close it when done. */
export async function createStandIn(id: string, answer: Answer): Promise<StandIn> {
  let requests: StandInRequest[] = [];
  const server = createServer((incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const request: StandInRequest = { path: pathname, query: Object.fromEntries(searchParams) };
    requests.push(request);
    incoming.resume();
    const { status = 200, json } = answer(request) ?? { status: 404, json: { error: 'unknown path' } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port');
  const info = readCatalogue().find((known) => known.id === id);
  const Class = await loadExchangeClass(id, info?.streaming ?? false);
  const { api } = new Class({}).urls;
  return {
    options: { urls: { api: toLocal(api, `http://127.0.0.1:${address.port}`) }, enableRateLimit: false },
    get requests() {
      return requests;
    },
    reset: () => {
      requests = [];
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Replaces the addresses of all hosts, nested or not. */
function toLocal(api: unknown, url: string): unknown {
  if (typeof api === 'string') return /^ws/.test(api) ? url.replace('http', 'ws') : url;
  if (typeof api !== 'object' || api === null) return api;
  return Object.fromEntries(Object.entries(api).map(([name, inner]) => [name, toLocal(inner, url)]));
}
