import { Store } from '../base/store.ts';
import type { MarketType } from './search-markets.graphql.ts';

/** A market that an exchange lists. */
export interface FoundMarket {
  readonly symbol: string;
  readonly type: string;
  readonly base: string;
  readonly quote: string;
  /** Null if the exchange does not say. */
  readonly active: boolean | null;
}

/** What one exchange answers. */
export interface Answer {
  readonly exchange: string;
  readonly markets: readonly FoundMarket[];
  /** How many markets match, of which `markets` are the first. */
  readonly totalCount: number;
  /** The server's sentence, if the exchange failed. */
  readonly failure: string | null;
}

/** Which markets to look for, and on which exchanges. */
export interface SearchRequest {
  readonly text: string;
  /** Null for markets of any type. */
  readonly type: MarketType | null;
  /** The quote currency whose markets come first. */
  readonly preferredQuote: string | null;
  readonly exchanges: readonly string[];
}

/** Asks one exchange; the returned function gives up. */
export type FindMarkets = (exchange: string, request: SearchRequest, onAnswer: (answer: Answer) => void) => () => void;

/** The newest results, which belong to an earlier request until `isCurrent`. */
export interface SearchResults {
  readonly answers: readonly Answer[];
  readonly isCurrent: boolean;
  /** The exchanges that have not answered yet. */
  readonly waiting: readonly string[];
}

const nothing: SearchResults = { answers: [], isCurrent: true, waiting: [] };

/** Nobody waits for a search while they still type. */
const typingMs = 150;
/** Answers that come within this time are shown together, in the order of the exchanges; the others below, as they come. */
const togetherMs = 300;

/** Looks for markets on several exchanges at once. Answers to earlier requests are ignored. */
export class MarketSearch {
  readonly results = new Store<SearchResults>(nothing);
  readonly #find: FindMarkets;
  #cancel = (): void => {};

  constructor(find: FindMarkets) {
    this.#find = find;
  }

  search(request: SearchRequest): void {
    this.#cancel();
    if (request.text === '') {
      this.results.set(nothing);
      return;
    }
    this.results.set({ ...this.results.get(), isCurrent: false, waiting: request.exchanges });
    const timer = setTimeout(() => this.#ask(request), typingMs);
    this.#cancel = () => clearTimeout(timer);
  }

  stop(): void {
    this.#cancel();
  }

  #ask(request: SearchRequest): void {
    const { exchanges } = request;
    const answers: Answer[] = [];
    let isShown = false;
    const placeOf = ({ exchange }: Answer): number => exchanges.indexOf(exchange);
    const show = (): void => {
      if (!isShown) answers.sort((a, b) => placeOf(a) - placeOf(b));
      isShown = true;
      const answered = new Set(answers.map(({ exchange }) => exchange));
      this.results.set({
        answers: [...answers],
        isCurrent: true,
        waiting: exchanges.filter((exchange) => !answered.has(exchange)),
      });
    };
    const timer = setTimeout(show, togetherMs);
    const cancels = exchanges.map((exchange) =>
      this.#find(exchange, request, (answer) => {
        answers.push(answer);
        if (isShown || answers.length === exchanges.length) show();
      }),
    );
    this.#cancel = () => {
      clearTimeout(timer);
      for (const cancel of cancels) cancel();
    };
  }
}
