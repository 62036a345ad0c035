import type { Listening } from '../../connection/bus.ts';
import type { TopicState } from '../protocol/answers.ts';
import type { LiveOptions } from '../protocol/live-options.ts';
import type { InterestBatch } from './interest-batch.ts';
import type { ReceivedTopic } from './remote-topic.ts';

export interface RegistrationOptions extends Pick<LiveOptions, 'clock' | 'timing'> {
  readonly topic: ReceivedTopic;
  /** The messages of the topic. */
  readonly listening: Listening;
  /** Resolves once messages of the topic, and answers, arrive. */
  readonly isReady: Promise<unknown>;
  readonly batch: InterestBatch;
}

/**
 * Keeps the owner informed that this instance wants a topic: at the start, again at intervals, and at once when more or
 * fewer levels of a book are wanted. Asks for what is missing, until the owner answers.
 */
export class Registration {
  readonly topic: ReceivedTopic;
  readonly #options: RegistrationOptions;
  /** When the last interest was sent, epoch ms. */
  #sentAt: number;
  /** When the owner was asked first, epoch ms; null while no answer is missing. */
  #askedAt: number | null;
  #sentDepth = 0;
  #isReady = false;
  #isClosed = false;

  constructor(options: RegistrationOptions) {
    const { topic, clock, isReady } = options;
    this.#options = options;
    this.topic = topic;
    this.#sentAt = clock.now();
    this.#askedAt = this.#sentAt;
    // Before that, the answer could get lost.
    void isReady.then(() => {
      this.#isReady = true;
      this.#send(true);
    });
  }

  /** Asks the owner for its state and for what is missing here, unless it is being asked already. */
  ask(): void {
    if (this.#askedAt !== null) return;
    this.#askedAt = this.#options.clock.now();
    this.#send(true);
  }

  onState(state: TopicState): void {
    this.#askedAt = null;
    this.topic.takeState(state);
  }

  /** Called at intervals. */
  onTick(): void {
    const { clock, timing } = this.#options;
    const now = clock.now();
    const isUnanswered = this.#askedAt !== null && now - this.#askedAt >= timing.answerMs;
    if (isUnanswered) {
      this.#askedAt = now;
      this.topic.skip();
      this.#send(true);
    } else if (this.topic.depth !== this.#sentDepth || now - this.#sentAt >= this.#repeatMs) {
      this.#send(this.#askedAt !== null);
    }
  }

  /** What was lost is asked for during an interruption, in which the question or the answer may be lost too. */
  get #repeatMs(): number {
    const { answerMs, renewMs } = this.#options.timing;
    return this.#askedAt === null ? renewMs : answerMs / 4;
  }

  close(): void {
    this.#isClosed = true;
    this.#options.listening.close();
  }

  #send(wantsAnswer: boolean): void {
    if (!this.#isReady || this.#isClosed) return;
    const { key, id, after, depth } = this.topic;
    this.#sentAt = this.#options.clock.now();
    this.#sentDepth = depth;
    this.#options.batch.want({ key, depth, after, id: wantsAnswer ? null : id });
  }
}
