import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBinance } from '../venues/binance.ts';
import type { Venue } from '../venues/venue.ts';
import type { Certificate } from './certificate.ts';
import { createFront, type Front } from './front.ts';
import type { GraphQLAnswer } from './running-app.ts';
import { connect, eventually, type Operation, subscribe } from './socket-client.ts';

/** The built server as a process of its own, and the stand-in exchange of its exchange file behind TLS. */
export interface ProxiedServer {
  readonly venue: Venue;
  readonly front: Front;
  /** Everything that the server has written. */
  readonly output: string;
  query(query: string): Promise<Pick<GraphQLAnswer, 'data' | 'errors'>>;
  subscribe(document: string): Operation;
  /** Resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface ProxiedServerOptions {
  /** What the exchange file says of binance besides its addresses; `exchange` is where it is. */
  readonly toOptions: (exchange: string) => Readonly<Record<string, unknown>>;
  /** The stand-in's; without one it is reached by http and ws. */
  readonly certificate: Certificate | null;
  readonly env?: Readonly<Record<string, string>>;
}

const main = new URL('../../dist/main.js', import.meta.url).pathname;

/** Starts one; its exchange file makes it speak to the stand-in, by the name of localhost. */
export async function startProxiedServer({
  toOptions,
  certificate,
  env,
}: ProxiedServerOptions): Promise<ProxiedServer> {
  const venue = await createBinance();
  const front = await createFront(Number(new URL(venue.url).port), certificate);
  const folder = mkdtempSync(join(tmpdir(), 'tickql-proxied-'));
  const path = join(folder, 'exchanges.json');
  const { exchangeConfig, ...options } = toConfig(venue, front.port, certificate !== null);
  writeFileSync(path, JSON.stringify({ binance: { ...exchangeConfig, rateLimit: 1, ...toOptions(options.url) } }));
  const trust = certificate ? { NODE_EXTRA_CA_CERTS: certificate.path } : {};
  const fast = { POLL_INTERVAL_MS: '100', LINGER_MS: '50', SHUTDOWN_DELAY_MS: '0', UPSTREAM_TIMEOUT_MS: '4000' };
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', EXCHANGE_CONFIG: path, LOG_LEVEL: 'debug', ...fast, ...trust, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const ready = /http:\/\/(localhost:\d+\/graphql)/;
  await eventually(() => ready.test(output) || child.exitCode !== null, 15_000);
  const [, address] = ready.exec(output) ?? [];
  if (address === undefined) throw new Error(`the server did not start: ${output}`);
  const client = connect(`ws://${address}`);
  return {
    venue,
    front,
    get output() {
      return output;
    },
    query: async (query) => {
      const response = await fetch(`http://${address}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const { data, errors = [] } = await response.json();
      return { data, errors };
    },
    subscribe: (document) => subscribe(client, document),
    stop: async () => {
      await client.dispose();
      if (child.exitCode === null) child.kill('SIGTERM');
      const [code] = await exited;
      await front.close();
      await venue.close();
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

function toConfig(venue: Venue, port: number, isSecure: boolean) {
  const host = `localhost:${port}`;
  const [http, ws] = isSecure ? ['https', 'wss'] : ['http', 'ws'];
  const text = JSON.stringify(venue.exchangeConfig)
    .replaceAll(venue.url, `${http}://${host}`)
    .replaceAll(venue.url.replace('http', 'ws'), `${ws}://${host}`);
  return { exchangeConfig: JSON.parse(text), url: `${http}://${host}` };
}
