import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';
import type { Certificate } from '../programs/certificate.ts';
import { createFront, type Front } from '../programs/front.ts';
import { type BuiltServer, startServer } from '../server.ts';
import { connect, type Operation, subscribe } from '../socket-client.ts';

/** The built server, and the stand-in exchange of its exchange file behind TLS. */
export interface ProxiedServer {
  readonly venue: Venue;
  readonly front: Front;
  /** Everything that the server has written. */
  readonly output: string;
  readonly query: BuiltServer['query'];
  subscribe(document: string): Operation;
  /** Resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface ProxiedServerOptions {
  /**
   * The options of binance in the exchange file, in addition to its addresses. `exchange` is the stand-in's address.
   */
  readonly toOptions: (exchange: string) => Readonly<Record<string, unknown>>;
  /** The stand-in's certificate; without one, clients reach it by http and ws. */
  readonly certificate: Certificate | null;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the server with an exchange file in which the stand-in has the name localhost. */
export async function startProxiedServer({
  toOptions,
  certificate,
  env,
}: ProxiedServerOptions): Promise<ProxiedServer> {
  const venue = await createBinance();
  const front = await createFront(Number(new URL(venue.url).port), certificate);
  const { exchangeConfig, url } = toConfig(venue, front.port, certificate !== null);
  const trust = certificate ? { NODE_EXTRA_CA_CERTS: certificate.path } : {};
  const fast = { POLL_INTERVAL_MS: '100', LINGER_MS: '50', SHUTDOWN_DELAY_MS: '0', UPSTREAM_TIMEOUT_MS: '4000' };
  const server = await startServer({
    built: {
      env: { LOG_LEVEL: 'debug', ...fast, ...trust, ...env },
      exchangeFile: { binance: { ...exchangeConfig, rateLimit: 1, ...toOptions(url) } },
    },
  });
  const client = connect(server.webSocketUrl);
  return {
    venue,
    front,
    get output() {
      return server.output;
    },
    query: server.query,
    subscribe: (document) => subscribe(client, document),
    stop: async () => {
      await client.dispose();
      const code = await server.stop();
      await front.close();
      await venue.close();
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
