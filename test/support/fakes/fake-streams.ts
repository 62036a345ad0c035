import { MarketDataError } from '../../../src/market/errors.ts';
import type {
  MarketStreams,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../../src/market/ports/market-streams.ts';

/** A stream that a feed has opened. */
export interface FakeStream {
  readonly request: StreamRequest<StreamKind>;
  /** The arguments of the calls of `redial`, oldest first. */
  readonly redials: readonly boolean[];
  readonly closed: boolean;
}

interface OpenStream extends FakeStream {
  readonly redials: boolean[];
  closed: boolean;
  open(): void;
  deliver(message: StreamMessages[StreamKind], isFirst: boolean): void;
  interrupt(error: MarketDataError): void;
}

/** The port of streams with messages that a test pushes. An exchange streams a kind of data only after `offer`. */
export class FakeStreams implements MarketStreams {
  readonly #offered = new Set<string>();
  readonly #withdrawn = new Set<string>();
  readonly #all: OpenStream[] = [];

  /** Every stream that has been opened, including closed ones. */
  get all(): readonly FakeStream[] {
    return this.#all;
  }

  /** The streams that are open. */
  get opened(): readonly FakeStream[] {
    return this.#all.filter(({ closed }) => !closed);
  }

  offer(...kinds: readonly StreamKind[]): void {
    for (const kind of kinds) this.#offered.add(kind);
  }

  /** Nothing is pushed for a while, although there are streams of these kinds. Open ones are interrupted. */
  withdraw(...kinds: readonly StreamKind[]): void {
    for (const kind of kinds) this.#withdrawn.add(kind);
    const error = new MarketDataError('EXCHANGE_UNAVAILABLE', 'nothing is pushed any longer');
    for (const stream of this.#all) if (!stream.closed && kinds.includes(stream.request.kind)) stream.interrupt(error);
  }

  /** The opposite of `withdraw`. */
  restore(...kinds: readonly StreamKind[]): void {
    for (const kind of kinds) this.#withdrawn.delete(kind);
  }

  offers = (_exchange: string, kind: StreamKind): boolean => this.#offered.has(kind);

  open = <K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream => {
    const stream: OpenStream = {
      request,
      redials: [],
      closed: false,
      open: () => listener.onOpen?.(),
      deliver: (message, isFirst) => {
        if (isOf(request.kind, request, message)) listener.onMessage(message, isFirst);
      },
      interrupt: (error) => listener.onInterrupted(error),
    };
    this.#all.push(stream);
    const withdrawn = this.#withdrawn;
    return {
      get isOffered() {
        return !withdrawn.has(request.kind);
      },
      redial: (missed) => {
        stream.redials.push(missed);
      },
      close: () => {
        stream.closed = true;
      },
    };
  };

  /**
   * The exchange pushes this to all open streams of the symbol. The first message of a connection may repeat something.
   * Without an exchange, all exchanges do.
   */
  push<K extends StreamKind>(
    kind: K,
    symbol: string,
    message: StreamMessages[K],
    isFirst = false,
    exchange?: string,
  ): void {
    for (const stream of this.#find(kind, symbol)) {
      if (exchange === undefined || stream.request.exchange === exchange) stream.deliver(message, isFirst);
    }
  }

  /** The streams of a symbol have been requested over an open connection. */
  connect(kind: StreamKind, symbol: string): void {
    for (const stream of this.#find(kind, symbol)) stream.open();
  }

  /** The streams of a symbol break off. */
  interrupt(
    kind: StreamKind,
    symbol: string,
    error = new MarketDataError('EXCHANGE_UNAVAILABLE', 'the stream broke off'),
  ): void {
    for (const stream of this.#find(kind, symbol)) stream.interrupt(error);
  }

  #find(kind: StreamKind, symbol: string): readonly OpenStream[] {
    return this.#all.filter(({ request, closed }) => !closed && request.kind === kind && request.symbol === symbol);
  }
}

/** True, because `push` gives a stream only messages of its kind; the compiler cannot infer that. */
function isOf<K extends StreamKind>(
  kind: K,
  request: StreamRequest<StreamKind>,
  _message: StreamMessages[StreamKind],
): _message is StreamMessages[K] {
  return request.kind === kind;
}
