import { MarketDataError } from '../../market/errors.ts';
import type {
  MarketStreams,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../market/ports/market-streams.ts';
import type { LiveOptions } from './protocol/live-options.ts';

/** Where the live data of an exchange comes from. */
export type Source =
  /** From the exchange, because this instance calls it. */
  | { readonly kind: 'local'; readonly streams: MarketStreams }
  /** From the instance that calls the exchange. */
  | { readonly kind: 'remote'; readonly streams: Pick<MarketStreams, 'open'> }
  /** From nowhere, until an instance calls the exchange. */
  | { readonly kind: 'none' };

export interface SwitchingStreamOptions<K extends StreamKind> extends Pick<LiveOptions, 'clock' | 'timing'> {
  readonly request: StreamRequest<K>;
  readonly listener: StreamListener<StreamMessages[K]>;
  readonly source: Source;
  readonly onClose: (stream: SwitchableStream) => void;
}

/** A stream of any kind whose source can change. */
export interface SwitchableStream {
  /** `isHandover`: true if the values from the source before are up to date until the new one sends something. */
  use(source: Source, isHandover: boolean): void;
}

/**
 * A stream whose source changes with the owner of its exchange. To its listener, a change is what a reconnection is: the
 * stream is interrupted, and the first message of the new source may repeat what came before. After a handover it is not
 * interrupted, unless the new source takes too long.
 */
export class SwitchingStream<K extends StreamKind> implements Stream, SwitchableStream {
  readonly #options: SwitchingStreamOptions<K>;
  /** The stream of the source; null if there is none. */
  #inner: Stream | null = null;
  #isOffered = true;
  /** Counts the sources. Messages of a former one are not delivered. */
  #generation = 0;
  #isFirst = true;
  /** True if the listener knows that nothing comes at the moment. */
  #isInterrupted = false;
  #cancelHandover = (): void => {};
  #isClosed = false;

  constructor(options: SwitchingStreamOptions<K>) {
    this.#options = options;
    this.#open(options.source);
  }

  get isOffered(): boolean {
    return this.#isOffered && (this.#inner?.isOffered ?? true);
  }

  redial(missed: boolean): void {
    this.#inner?.redial(missed);
  }

  use(source: Source, isHandover: boolean): void {
    if (this.#isClosed) return;
    this.#cancelHandover();
    const previous = this.#inner;
    const wasOffered = this.#isOffered;
    this.#open(source);
    previous?.close();
    if (!wasOffered) return;
    if (isHandover && this.#isOffered) this.#awaitSource();
    else this.#interrupt(this.#toError(source));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelHandover();
    this.#inner?.close();
    this.#options.onClose(this);
  }

  #open(source: Source): void {
    const { request } = this.#options;
    this.#generation += 1;
    this.#isFirst = true;
    this.#isOffered = source.kind !== 'local' || source.streams.offers(request.exchange, request.kind);
    const isOpen = source.kind !== 'none' && this.#isOffered;
    // An owner has said what it knows. An exchange has only been asked, and does not repeat what was missed meanwhile;
    // nobody could ask it for liquidations.
    const knowsLatest = source.kind === 'remote' || request.kind === 'liquidations';
    this.#inner = isOpen ? source.streams.open(request, this.#createListener(this.#generation, knowsLatest)) : null;
  }

  /** `knowsLatest`: true if nothing is missing once the stream is open. */
  #createListener(generation: number, knowsLatest: boolean): StreamListener<StreamMessages[K]> {
    const { listener } = this.#options;
    const isCurrent = (): boolean => !this.#isClosed && generation === this.#generation;
    return {
      onOpen: () => {
        if (!isCurrent()) return;
        if (knowsLatest) this.#onSent();
        listener.onOpen?.();
      },
      onMessage: (message, isFirst) => {
        if (!isCurrent()) return;
        this.#onSent();
        const mayMiss = isFirst || this.#isFirst;
        this.#isFirst = false;
        listener.onMessage(message, mayMiss);
      },
      onInterrupted: (error) => {
        if (!isCurrent()) return;
        this.#cancelHandover();
        this.#isInterrupted = true;
        listener.onInterrupted(error);
      },
    };
  }

  #onSent(): void {
    this.#isInterrupted = false;
    this.#cancelHandover();
  }

  #awaitSource(): void {
    const { clock, timing, request } = this.#options;
    const { exchange } = request;
    const message = `Another instance of this server now calls ${exchange}, and has not sent anything yet.`;
    const error = new MarketDataError('EXCHANGE_UNAVAILABLE', message, { exchange });
    this.#cancelHandover = clock.after(timing.handoverMs, () => this.#interrupt(error));
  }

  #interrupt(error: MarketDataError): void {
    if (this.#isInterrupted && this.#isOffered) return;
    this.#isInterrupted = true;
    this.#options.listener.onInterrupted(error);
  }

  #toError({ kind }: Source): MarketDataError {
    const { exchange, symbol } = this.#options.request;
    const messages: Readonly<Record<Source['kind'], string>> = {
      local: `This instance now calls ${exchange} itself: the instance that called it has failed or was disconnected.`,
      remote: `Another instance of this server now calls ${exchange}.`,
      none: `The instance that called ${exchange} has failed or was disconnected. Another one is about to replace it.`,
    };
    return new MarketDataError('EXCHANGE_UNAVAILABLE', messages[kind], {
      exchange,
      ...(symbol === '' ? {} : { symbol }),
    });
  }
}
