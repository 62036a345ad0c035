import { MarketDataError } from '../../../src/market/errors.ts';
import type {
  MarketStreams,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../../src/market/ports/market-streams.ts';

interface Switched {
  connect(): void;
  lose(): void;
}

/** Streams that come from one of two sources at a time, as after a change of owner. */
export class SwitchingStreams implements MarketStreams {
  #source: MarketStreams;
  readonly #open = new Set<Switched>();

  constructor(source: MarketStreams) {
    this.#source = source;
  }

  offers(): boolean {
    return true;
  }

  open<K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream {
    let inner: Stream | null = null;
    const isOffered = (): boolean => this.#source.offers(request.exchange, request.kind);
    const switched: Switched = {
      connect: () => {
        inner?.close();
        inner = isOffered() ? this.#source.open(request, listener) : null;
      },
      lose: () => listener.onInterrupted(new MarketDataError('EXCHANGE_UNAVAILABLE', 'another instance takes over')),
    };
    this.#open.add(switched);
    switched.connect();
    return {
      get isOffered() {
        return isOffered();
      },
      redial: (missed) => inner?.redial(missed),
      close: () => {
        this.#open.delete(switched);
        inner?.close();
      },
    };
  }

  /** From now on all streams come from this source. */
  switchTo(source: MarketStreams): void {
    this.#source = source;
    for (const each of this.#open) {
      each.connect();
      each.lose();
    }
  }
}
