import type { MarketDataErrorCode } from './errors.ts';

/** What each code means to a client: the table of errors in docs/freshness.md. */
export const errorMeanings: Readonly<Record<MarketDataErrorCode, string>> = {
  EXCHANGE_NOT_FOUND:
    'There is no exchange with this id, or this server does not serve it; `suggestions` has the nearest ids.',
  SYMBOL_NOT_FOUND: 'The exchange has no market with this symbol; `suggestions` has the nearest symbols.',
  TIMEFRAME_NOT_SUPPORTED:
    'The market has neither this timeframe nor a shorter one to build it from; `suggestions` has the available timeframes.',
  NOT_SUPPORTED: 'The exchange cannot do this.',
  BAD_USER_INPUT:
    'The request is wrong; the message says what. `maxLimit`, if there is one, is the largest `limit` that works.',
  QUERY_TOO_COMPLEX: 'The document, or its cost, exceeds the limit that the message names.',
  UNAUTHENTICATED: 'This server requires one of its API keys.',
  OVERLOADED:
    'Too many calls wait for the exchange (ask again after `retryAfterMs`), no file descriptor is left, or a proxy says that TickQL is restarting.',
  RATE_LIMITED:
    'The exchange limits this server. Without `exchange`: this client has used up REQUESTS_PER_MINUTE or COST_PER_MINUTE.',
  EXCHANGE_UNAVAILABLE: 'The exchange cannot be reached, or is under maintenance.',
  GEO_BLOCKED: 'The exchange blocks the address or the location of this server.',
  TIMEOUT: 'The exchange did not answer within UPSTREAM_TIMEOUT_MS; in a quote, within 3 s.',
  BAD_EXCHANGE_RESPONSE:
    'The exchange sent something that cannot be read, or refused for a reason that ccxt does not know.',
  AUTHENTICATION_REQUIRED: 'The exchange requires API keys for this, or refused those in the exchange file.',
  TOO_MANY_SUBSCRIPTIONS:
    'The open operations of this socket, this address or this server have reached a limit of number or memory.',
  SLOW_CONSUMER: 'The client reads more slowly than events come, and would lose some: subscribe again.',
  INTERNAL_SERVER_ERROR: "Something unexpected happened; the cause is in the server's log only.",
};
