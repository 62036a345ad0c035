import type { MarketDataErrorCode } from './errors.ts';

/** What each code means to a client. The table of errors in docs/freshness.md explains the same codes. */
export const errorMeanings: Readonly<Record<MarketDataErrorCode, string>> = {
  EXCHANGE_NOT_FOUND: 'There is no exchange with this id; `suggestions` has the nearest ids.',
  SYMBOL_NOT_FOUND: 'The exchange has no market with this symbol; `suggestions` has the nearest symbols.',
  TIMEFRAME_NOT_SUPPORTED:
    'The exchange has neither this timeframe nor a shorter one to build it from; `suggestions` has the available timeframes.',
  NOT_SUPPORTED: 'The exchange cannot do this.',
  BAD_USER_INPUT: 'The request is wrong, and the message says what to change.',
  QUERY_TOO_COMPLEX: 'The document, or its cost, exceeds the limit that the message names.',
  UNAUTHENTICATED: 'This server requires an API key: send a valid one.',
  OVERLOADED:
    'Too many calls already wait for the exchange, or this server has no file descriptor left: try again after `retryAfterMs`.',
  RATE_LIMITED:
    'The exchange limits this server; without `exchange`, you have used up the quota that this server gives to each client. Try again after `retryAfterMs`.',
  EXCHANGE_UNAVAILABLE: 'The exchange cannot be reached or is under maintenance: try again after `retryAfterMs`.',
  GEO_BLOCKED: "The exchange blocks this server's address.",
  TIMEOUT: 'The exchange did not answer in time: try again.',
  BAD_EXCHANGE_RESPONSE:
    'The exchange sent something unreadable, or refused the request without a reason that ccxt knows.',
  AUTHENTICATION_REQUIRED: 'The exchange requires its own API keys for this.',
  TOO_MANY_SUBSCRIPTIONS:
    'The open operations of this socket, your address or the whole server have reached a limit of number or memory.',
  SLOW_CONSUMER: 'This client reads events more slowly than they arrive, and would lose some: subscribe again.',
  INTERNAL_SERVER_ERROR: "Something unexpected went wrong; only the server's log has the cause.",
};
