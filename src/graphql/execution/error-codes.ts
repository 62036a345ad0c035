import { errorMeanings } from '../../market/error-codes.ts';
import { marketDataErrorCodes } from '../../market/errors.ts';

/** Codes that clients receive as `errors[].extensions.code`. */
export const clientErrorCodes = [...marketDataErrorCodes, 'PERSISTED_QUERY_NOT_FOUND'] as const;

export type ClientErrorCode = (typeof clientErrorCodes)[number];

/** What each code means to a client. The table of errors in docs/freshness.md explains the same codes. */
export const clientErrorMeanings: Readonly<Record<ClientErrorCode, string>> = {
  ...errorMeanings,
  // This code is part of Apollo's protocol: its clients send the document when they receive it.
  PERSISTED_QUERY_NOT_FOUND: 'The server does not know this hash: send the document with it, once.',
};
