import { MarketDataError } from '../../market/errors.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { Quote } from '../../market/quotes/quote.ts';
import { quoteTimeout } from '../../market/quotes/quote-timeout.ts';
import { toQuote } from '../../market/quotes/to-quote.ts';
import type { SharableTopic, TopicSubscriber } from '../topics/topic-subscriber.ts';

/** What is known about one exchange: its topic, why it has none, or null until one of these is known. */
type Input = SharableTopic<Ticker> | MarketDataError | null;

/** The exchanges of a live quote, and what each has sent. */
export class QuoteInputs {
  readonly #symbol: string;
  readonly #inputs: Map<string, Input>;
  #isLate = false;

  constructor(symbol: string, exchanges: readonly string[]) {
    this.#symbol = symbol;
    this.#inputs = new Map(exchanges.map((exchange) => [exchange, null]));
  }

  /** True while the price of an exchange is known. */
  get isReady(): boolean {
    return this.#topics.some(({ isReady }) => isReady);
  }

  set(exchange: string, input: SharableTopic<Ticker> | MarketDataError): void {
    this.#inputs.set(exchange, input);
  }

  /** Called when a topic has ended with an error, for example because the symbol was delisted. */
  onEnd(source: object, error: MarketDataError): void {
    for (const [exchange, input] of this.#inputs) {
      if (isTopic(input) && input.subscribers === source) this.#inputs.set(exchange, error);
    }
  }

  /** From now on, exchanges that have not sent anything have failed with TIMEOUT. */
  markLate(): void {
    this.#isLate = true;
  }

  /** Makes the quote of what is known at `now`, epoch ms. */
  toQuote(now: number): Quote {
    const inputs = [...this.#inputs].map(([exchange, input]) => ({ exchange, result: this.#read(exchange, input) }));
    return toQuote(this.#symbol, inputs, now);
  }

  /** Removes a subscriber from all topics. */
  leave(subscriber: TopicSubscriber<Ticker>): void {
    for (const topic of this.#topics) topic.remove(subscriber);
  }

  get #topics(): readonly SharableTopic<Ticker>[] {
    return [...this.#inputs.values()].filter(isTopic);
  }

  #read(exchange: string, input: Input): Ticker | MarketDataError | null {
    if (input instanceof MarketDataError) return input;
    const known = input?.latest[0]?.value ?? input?.error;
    if (known) return known;
    return this.#isLate ? quoteTimeout({ exchange, symbol: this.#symbol }) : null;
  }
}

function isTopic(input: Input): input is SharableTopic<Ticker> {
  return input !== null && !(input instanceof MarketDataError);
}
