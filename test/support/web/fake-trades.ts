import { Client, type Exchange, makeResult } from 'urql';
import { filter, map, pipe } from 'wonka';
import { createSocketExchange } from '../../../web/src/client/socket-exchange.ts';
import type { Trade } from '../../../web/src/market/trades/trade-list.ts';
import { FakeSocket } from './fake-socket.ts';

/** What the extensions of an error say. Its message is the code. */
interface FakeError {
  readonly code: string;
  readonly retryable: boolean;
}

/** A server that knows the trades of one market, behind a client of urql. */
export class FakeTrades {
  readonly client: Client;
  /** The answer to a query, oldest first. */
  recent: readonly Trade[] = [];
  /** Why queries are refused; null if they are answered. */
  refusal: FakeError | null = null;
  /** How many queries came. */
  queries = 0;
  readonly #socket = new FakeSocket();
  /** The `since` of each subscription, as it was sent. */
  readonly since: unknown[] = [];

  constructor() {
    const answer: Exchange = () => (operations) =>
      pipe(
        operations,
        filter(({ kind }) => kind === 'query'),
        map((operation) => makeResult(operation, this.#answer())),
      );
    const socket = {
      subscribe: (...given: Parameters<FakeSocket['subscribe']>) => {
        this.since.push(given[0].variables?.since);
        return this.#socket.subscribe(...given);
      },
    };
    this.client = new Client({ url: 'http://localhost', exchanges: [createSocketExchange(socket), answer] });
  }

  /** Sends an event to the newest subscription. */
  push(tradesExecuted: readonly Trade[]): void {
    this.#socket.latest.sink.next({ data: { tradesExecuted } });
  }

  /** Ends the newest subscription with an error. */
  fail(error: FakeError): void {
    this.#socket.latest.sink.error([toGraphQLError(error)]);
  }

  #answer() {
    this.queries++;
    return this.refusal ? { errors: [toGraphQLError(this.refusal)] } : { data: { trades: this.recent } };
  }
}

function toGraphQLError(extensions: FakeError) {
  return { message: extensions.code, extensions: { ...extensions } };
}
