import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Fault, Faults } from './faults.ts';
import type { VenueMarket, VenueModel } from './market/model.ts';
import { type Reply, send, sendFaulty } from './replies.ts';
import type { StreamDefinition } from './streams/stream-definition.ts';
import { StreamingVenue } from './streams/streaming-venue.ts';

/** A request as the venue received it. */
export interface VenueRequest {
  readonly method: string;
  readonly path: string;
  /** A parameter sent several times is joined with commas. */
  readonly query: Readonly<Record<string, string>>;
  /** When it arrived by the system's clock, epoch ms. */
  readonly at: number;
}

/** ccxt constructor options, plain JSON, that make a class call this venue and nothing else. */
export interface ExchangeConfig {
  readonly urls: { readonly api: Readonly<Record<string, unknown>> };
}

/** One endpoint: the complete path, and its answer from the model. `name` is the path's first group, decoded. */
export interface Route {
  readonly path: RegExp;
  readonly answer: (query: VenueRequest['query'], model: VenueModel, name: string) => Reply;
}

/** What makes a venue a stand-in for a certain exchange. */
export interface VenueDefinition {
  readonly markets: readonly VenueMarket[];
  readonly routes: readonly Route[];
  /** The exchange's own body for an HTTP status other than 200, at `now`; 404 is also the answer to an unknown path. */
  readonly refuse: (status: number, now: number) => Reply;
  readonly exchangeConfig: (url: string) => ExchangeConfig;
  /** Its WebSocket streams; without them every handshake is answered with 404. */
  readonly streams?: StreamDefinition;
}

/** A stand-in for one exchange on loopback: the model that tests change, and the server of its REST API and streams. */
export class Venue extends StreamingVenue {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly exchangeConfig: ExchangeConfig;
  /** How long every answer takes, in ms. Faults take as long. */
  delayMs = 0;

  readonly #definition: VenueDefinition;
  readonly #server: Server;
  readonly #faults = new Faults();
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #requests: VenueRequest[] = [];

  /** Takes a server that is listening already; use `createVenue`. */
  constructor(definition: VenueDefinition, server: Server, url: string) {
    super(definition.markets, definition.streams ?? null);
    this.url = url;
    this.exchangeConfig = definition.exchangeConfig(url);
    this.#definition = definition;
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (request, response) => this.#serve(request, response));
    this.streams.listen(server);
  }

  /** Every request since the start or the last `reset()`, oldest first, including those with a fault; no handshakes. */
  get requests(): readonly VenueRequest[] {
    return this.#requests;
  }

  /** How many of `requests` match `path?query`, decoded; all without a pattern. */
  count(match?: RegExp): number {
    return this.#requests.filter((request) => match === undefined || toTarget(request).search(match) !== -1).length;
  }

  /** Forgets the requests, including those of streams; faults and data stay. */
  reset(): void {
    this.#requests = [];
    this.streams.requests = [];
  }

  /** From now on requests fail this way. The newest fault that matches a request applies. */
  fault(fault: Fault): void {
    this.#faults.add(fault);
  }

  /**
   * New requests are answered again. Those that hang continue to hang until their client gives up, or until `close()`.
   */
  heal(): void {
    this.#faults.clear();
  }

  /** The connections that clients hold open now, including idle ones and WebSockets. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** From now on connections are refused, and open ones are cut. Resolves when all are gone. */
  async goDown(): Promise<void> {
    await this.#shut();
  }

  /** Undoes `goDown`, at the same address. */
  async comeUp(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(Number(new URL(this.url).port), '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Stops listening and destroys every socket, including hanging ones. Resolves when all are gone. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#shut();
  }

  async #shut(): Promise<void> {
    const gone = [...this.#sockets].map((socket) => once(socket, 'close'));
    const closed = this.#server.listening ? once(this.#server, 'close') : Promise.resolve();
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([closed, ...gone]);
  }

  #serve(incoming: IncomingMessage, response: ServerResponse): void {
    const request = toRequest(incoming);
    this.#requests.push(request);
    const fault = this.#faults.take(toTarget(request));
    incoming.resume();
    const answer = (): void => {
      if (response.destroyed) return;
      const healthy = this.#answer(request);
      if (fault === null) send(response, healthy);
      else sendFaulty(response, fault, healthy, (status) => this.#definition.refuse(status, this.now));
    };
    if (this.delayMs === 0) {
      answer();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      answer();
    }, this.delayMs);
    this.#timers.add(timer);
  }

  #answer({ path, query }: VenueRequest): Reply {
    for (const route of this.#definition.routes) {
      const match = route.path.exec(path);
      if (match?.[0] === path) return route.answer(query, this, decodeURIComponent(match[1] ?? ''));
    }
    return this.#definition.refuse(404, this.now);
  }
}

/** Starts a venue on a free port of 127.0.0.1. Close it when done. */
export async function createVenue(definition: VenueDefinition): Promise<Venue> {
  // Idle connections stay open, so that no test meets one that closes by itself.
  const server = createServer({ keepAliveTimeout: 60_000 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the venue has no port');
  return new Venue(definition, server, `http://127.0.0.1:${address.port}`);
}

function toRequest(incoming: IncomingMessage): VenueRequest {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const query = Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key).join(',')]));
  return { method: incoming.method ?? 'GET', path: pathname, query, at: Date.now() };
}

function toTarget({ path, query }: VenueRequest): string {
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}
