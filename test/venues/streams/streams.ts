import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { VenueEvent } from '../market/events.ts';
import type { VenueModel } from '../market/model.ts';
import type { BadNumbers, Garbage, StreamDefinition, StreamRequest } from './stream-definition.ts';
import { StreamSocket } from './stream-socket.ts';

const badNumbers: readonly BadNumbers[] = [
  { word: 'abc', empty: '' },
  { word: undefined, empty: undefined },
];

/** The WebSockets of a venue: their subscriptions, and their faults. */
export class Streams {
  handshake: 'accept' | 'refuse' | 'hang' = 'accept';
  /** Handshakes received so far. */
  handshakes = 0;
  /** WebSockets opened so far. */
  dials = 0;
  requests: readonly StreamRequest[] = [];
  /** Whether no data is sent at all. */
  silent = false;
  /** The symbols for which no data is sent. */
  readonly silenced = new Set<string>();
  /** The symbols whose subscriptions are refused. */
  readonly refused = new Set<string>();
  /** How many topics one message may name; one with more is refused. */
  maxTopics = Number.POSITIVE_INFINITY;
  /** How long each answer to a message takes, in ms. */
  delayMs = 0;

  readonly #definition: StreamDefinition | null;
  readonly #model: VenueModel;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sockets = new Set<StreamSocket>();

  constructor(definition: StreamDefinition | null, model: VenueModel) {
    this.#definition = definition;
    this.#model = model;
  }

  /** Handles the handshakes of a server. */
  listen(server: Server): void {
    server.on('upgrade', (request, transport, head) => this.#upgrade(request, transport, head));
  }

  get definition(): StreamDefinition | null {
    return this.#definition;
  }

  /** The open sockets. */
  get sockets(): ReadonlySet<StreamSocket> {
    return this.#sockets;
  }

  /** Sends an event to its subscribers. */
  push(event: VenueEvent): void {
    if (this.#isSilent(event.market.symbol)) return;
    for (const socket of this.#sockets) {
      for (const topic of socket.topics) {
        const message = topic.tell(event, this.#model.now);
        if (message !== null) socket.send(message);
      }
    }
  }

  /** Sends every socket an invalid message. */
  sendGarbage(kind: Garbage): void {
    for (const socket of this.#sockets) {
      if (kind === 'text') socket.sendRaw('garbage{not json');
      if (kind === 'json') socket.send({ unexpected: [1, { nested: 'shape' }], nothing: null });
      if (kind === 'binary') socket.sendRaw(Buffer.from([0, 255, 254, 123, 128, 1]));
      if (kind === 'badNumbers') this.#sendBadTickers(socket);
    }
  }

  /** Ends every TCP connection without a close frame, in the middle of a data frame or not. */
  drop(midFrame: boolean): void {
    for (const socket of this.#sockets) {
      if (midFrame) socket.dropMidFrame();
      else socket.drop();
    }
    this.#sockets.clear();
  }

  #isSilent(symbol: string): boolean {
    return this.silent || this.silenced.has(symbol);
  }

  // Of the symbols that the socket is subscribed to, or any symbol.
  #sendBadTickers(socket: StreamSocket): void {
    const { markets, now } = this.#model;
    const held = markets.filter(({ symbol }) => socket.topics.some((topic) => topic.symbol === symbol));
    for (const market of held.length === 0 ? markets.slice(0, 1) : held) {
      const messages = badNumbers.flatMap((numbers) => this.#definition?.badTickers(market, numbers, now) ?? []);
      for (const message of messages) socket.send(message);
    }
  }

  #upgrade(request: IncomingMessage, transport: Duplex, head: Buffer): void {
    this.handshakes += 1;
    transport.on('error', () => transport.destroy());
    const { pathname: path } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (this.#definition?.path.exec(path)?.[0] !== path) refuse(transport, 404);
    else if (this.handshake === 'refuse') refuse(transport, 503);
    // The socket is read, so that a client that gives up is noticed.
    else if (this.handshake === 'hang') transport.on('end', () => transport.destroy()).resume();
    else {
      this.#server.handleUpgrade(request, transport, head, (connection) => this.#open(path, connection, transport));
    }
  }

  #open(path: string, connection: WebSocket, transport: Duplex): void {
    this.dials += 1;
    const socket = new StreamSocket(path, connection, transport);
    this.#sockets.add(socket);
    connection.on('error', () => transport.destroy());
    connection.on('close', () => this.#sockets.delete(socket));
    connection.on('message', (data) => {
      const message = parse(data.toString());
      if (this.delayMs === 0) this.#answer(socket, message);
      else setTimeout(() => this.#answer(socket, message), this.delayMs).unref();
    });
    for (const message of this.#definition?.greeting ?? []) socket.send(message);
  }

  #answer(socket: StreamSocket, message: unknown): void {
    if (this.#definition === null || !this.#sockets.has(socket)) return;
    const context = {
      path: socket.path,
      held: socket.topics,
      refused: this.refused,
      maxTopics: this.maxTopics,
      model: this.#model,
    };
    const { replies, request, add, drop } = this.#definition.answer(message, context);
    if (request !== null) this.requests = [...this.requests, { path: socket.path, ...request, message }];
    socket.topics = [...socket.topics.filter(({ name }) => !drop.includes(name)), ...add];
    for (const reply of replies) socket.send(reply);
    for (const { symbol, snapshot } of add) {
      const first = this.#isSilent(symbol ?? '') ? null : (snapshot?.(this.#model) ?? null);
      if (first !== null) socket.send(first);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(transport: Duplex, status: number): void {
  transport.once('finish', () => transport.destroy());
  transport.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
