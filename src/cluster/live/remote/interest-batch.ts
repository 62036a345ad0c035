import { channels } from '../protocol/channels.ts';
import { type Interest, packInterests } from '../protocol/interests.ts';
import type { LiveOptions } from '../protocol/live-options.ts';

export interface InterestBatchOptions extends Pick<LiveOptions, 'bus' | 'owners' | 'clock' | 'channel' | 'timing'> {
  readonly exchange: string;
  /** The owner of the exchange. */
  readonly instance: string;
}

/** How many topics one message names. */
const maxPerMessage = 500;

/** Sends the interests of this instance to the owner of an exchange. Those that come within a moment share one message. */
export class InterestBatch {
  readonly #options: InterestBatchOptions;
  readonly #wanted = new Map<string, Interest>();
  readonly #left = new Set<string>();
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(options: InterestBatchOptions) {
    this.#options = options;
  }

  want(interest: Interest): void {
    this.#left.delete(interest.key);
    this.#wanted.set(interest.key, interest);
    this.#schedule();
  }

  leave(key: string): void {
    this.#wanted.delete(key);
    this.#left.add(key);
    this.#schedule();
  }

  /** Sends what waits at once or, unless `isSent`, not at all; and nothing later. */
  close(isSent: boolean): void {
    this.#cancel?.();
    if (isSent) this.#flush();
    this.#isClosed = true;
  }

  #schedule(): void {
    const { clock, timing } = this.#options;
    if (!this.#isClosed) this.#cancel ??= clock.after(timing.gatherMs, () => this.#flush());
  }

  #flush(): void {
    this.#cancel = null;
    if (this.#isClosed) return;
    const wanted = [...this.#wanted.values()];
    const left = [...this.#left];
    this.#wanted.clear();
    this.#left.clear();
    for (let start = 0; start < Math.max(wanted.length, left.length); start += maxPerMessage) {
      this.#send(wanted.slice(start, start + maxPerMessage), left.slice(start, start + maxPerMessage));
    }
  }

  #send(wanted: readonly Interest[], left: readonly string[]): void {
    const { bus, owners, channel, exchange, instance } = this.#options;
    const message = packInterests({ from: owners.instance, exchange, wanted, left });
    bus.publish(channel(channels.interests(instance)), message).then(
      (receivers) => {
        if (receivers === 0) owners.onUnreachable(instance);
      },
      () => {
        // What is not answered is sent again.
      },
    );
  }
}
