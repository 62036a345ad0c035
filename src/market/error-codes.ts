import type { MarketDataErrorCode } from './errors.ts';

/** What each code means to a client, in a sentence: the source of the table in the documentation. */
export const errorMeanings: Readonly<Record<MarketDataErrorCode, string>> = {
  EXCHANGE_NOT_FOUND: 'There is no exchange with this id; `suggestions` has the nearest.',
  SYMBOL_NOT_FOUND: 'The exchange has no market with this symbol; `suggestions` has the nearest.',
  TIMEFRAME_NOT_SUPPORTED:
    'The exchange has neither this timeframe nor a shorter one to build it from; `suggestions` has those that it has.',
  NOT_SUPPORTED: 'The exchange cannot do this.',
  BAD_USER_INPUT: 'The request is wrong, and the message says what to change.',
  QUERY_TOO_COMPLEX: 'The document or its cost is over a limit, which the message names.',
  UNAUTHENTICATED: 'This server wants an API key: send one that it knows.',
  OVERLOADED:
    'Too many calls to the exchange wait already, or this server has no file descriptor left: try again after `retryAfterMs`.',
  RATE_LIMITED:
    'The exchange limits this server; without `exchange`, you have used up the quota that this server gives to each client. Try again after `retryAfterMs`.',
  EXCHANGE_UNAVAILABLE: 'The exchange cannot be reached or is in maintenance: try again after `retryAfterMs`.',
  GEO_BLOCKED: "The exchange blocks this server's address.",
  TIMEOUT: 'The exchange did not answer in time: try again.',
  BAD_EXCHANGE_RESPONSE:
    'The exchange sent something unreadable, or refused the request without a reason that ccxt knows.',
  AUTHENTICATION_REQUIRED: 'The exchange wants keys of its own for this.',
  TOO_MANY_SUBSCRIPTIONS:
    'This socket, your address or the whole server has as many operations open, or as large ones, as the limits allow.',
  SLOW_CONSUMER: 'This client reads more slowly than data arrives, and some would be lost: subscribe again.',
  INTERNAL_SERVER_ERROR: "Something unexpected went wrong; only the server's log has the cause.",
};
