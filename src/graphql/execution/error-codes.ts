import { errorMeanings } from '../../market/error-codes.ts';
import { marketDataErrorCodes } from '../../market/errors.ts';

/** Codes that clients receive as `errors[].extensions.code`. */
export const clientErrorCodes = [...marketDataErrorCodes, 'PERSISTED_QUERY_NOT_FOUND'] as const;

export type ClientErrorCode = (typeof clientErrorCodes)[number];

/** What each code means to a client: the source of the table in the documentation. */
export const clientErrorMeanings: Readonly<Record<ClientErrorCode, string>> = {
  ...errorMeanings,
  // Of Apollo's protocol: its clients send the document when they see it.
  PERSISTED_QUERY_NOT_FOUND: 'This server does not know the hash of the query: send the query with its hash, once.',
};
