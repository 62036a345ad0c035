import { backoffMs } from '../../base/backoff.ts';
import { sleep } from '../../base/clock.ts';
import type {
  MarketStreams,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../market/ports/market-streams.ts';
import type { Owner } from '../members/owners.ts';
import type { Answer } from './protocol/answers.ts';
import type { LiveOptions } from './protocol/live-options.ts';
import { RemoteOwner } from './remote/remote-owner.ts';
import { type Source, type SwitchableStream, SwitchingStream } from './switching-stream.ts';

export interface FollowedExchangeOptions extends LiveOptions {
  readonly exchange: string;
  /** The streams of the exchange itself. */
  readonly local: MarketStreams;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** Resolves once answers to this instance arrive. */
  readonly ready: Promise<void>;
}

/** How long one search for an owner can take, and the pauses between searches, in ms. */
const findMs = 2000;
const firstPauseMs = 200;
const longestPauseMs = 2000;

/** How often the owner is looked up, in case that a change was not announced, in ms. */
const lookUpMs = 1000;

/** The streams of one exchange that are open on this instance. Each of them follows the exchange to its owner. */
export class FollowedExchange {
  readonly #options: FollowedExchangeOptions;
  readonly #streams = new Set<SwitchableStream>();
  readonly #closing = new AbortController();
  #source: Source;
  #remote: RemoteOwner | null = null;
  #isFinding = false;
  /** True if the exchange had no owner when it was looked up last. */
  #hadNone = false;
  #cancelLookUp: () => void;

  constructor(options: FollowedExchangeOptions) {
    this.#options = options;
    this.#source = this.#toSource(this.#owner);
    this.#cancelLookUp = this.#schedule();
    void this.#find();
  }

  get isEmpty(): boolean {
    return this.#streams.size === 0;
  }

  /** How many topics it receives from another instance. */
  get remoteTopics(): number {
    return this.#remote?.size ?? 0;
  }

  open<K extends StreamKind>(
    request: StreamRequest<K>,
    listener: StreamListener<StreamMessages[K]>,
    onClose: () => void,
  ): Stream {
    const { clock, timing } = this.#options;
    const stream = new SwitchingStream<K>({
      ...{ request, listener, clock, timing },
      source: this.#source,
      onClose: () => {
        this.#streams.delete(stream);
        onClose();
      },
    });
    this.#streams.add(stream);
    return stream;
  }

  /** Looks up the owner, and switches all streams if it has changed. */
  update(isHandover: boolean): void {
    if (this.#closing.signal.aborted) return;
    const owner = this.#owner;
    void this.#find();
    if (this.#isUnchanged(owner)) return;
    const previous = this.#remote;
    this.#remote = null;
    this.#source = this.#toSource(owner);
    for (const stream of [...this.#streams]) stream.use(this.#source, isHandover);
    previous?.close(false);
  }

  onAnswer(answer: Answer): void {
    this.#remote?.onAnswer(answer);
  }

  onLoss(): void {
    this.#remote?.onLoss();
  }

  close(): void {
    this.#closing.abort();
    this.#cancelLookUp();
    this.#remote?.close(true);
  }

  get #owner(): Owner {
    return this.#options.owners.ownerOf(this.#options.exchange);
  }

  #isUnchanged(owner: Owner): boolean {
    if (owner.kind !== 'other') return this.#source.kind === (owner.kind === 'none' ? 'none' : 'local');
    return this.#remote?.instance === owner.instance && this.#remote.fence === owner.fence;
  }

  #toSource(owner: Owner): Source {
    if (owner.kind === 'none') return { kind: 'none' };
    if (owner.kind !== 'other') return { kind: 'local', streams: this.#options.local };
    const { instance, fence } = owner;
    this.#remote = new RemoteOwner({ ...this.#options, instance, fence });
    return { kind: 'remote', streams: this.#remote };
  }

  /** While the exchange has no owner, has one chosen. */
  async #find(): Promise<void> {
    if (this.#isFinding || this.#owner.kind !== 'none') return;
    this.#isFinding = true;
    const { owners, exchange, clock, random } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures++) {
      await owners.find(exchange, findMs);
      if (this.#owner.kind !== 'none') break;
      await sleep(clock, backoffMs(firstPauseMs, failures, longestPauseMs, random), signal);
    }
    this.#isFinding = false;
    this.update(false);
  }

  #schedule(): () => void {
    return this.#options.clock.after(lookUpMs, () => {
      this.#cancelLookUp = this.#schedule();
      // While an exchange is being handed over to this instance, there is no owner for a moment.
      const hadNone = this.#hadNone;
      this.#hadNone = this.#owner.kind === 'none';
      if (hadNone || !this.#hadNone) this.update(false);
    });
  }
}
