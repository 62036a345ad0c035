/**
 * Why the answer service declines an operation. GraphQL over HTTP then answers a subscription with an event stream, and
 * leaves everything else to Yoga, which answers it or reports what is wrong; another door must report that itself. `tickql_declined_answers_total` counts the reasons, together with each
 * `BypassReason` of GraphQL over HTTP.
 */
export type DeclineReason =
  /** The request is not one plain operation: a batch, a body that is not JSON, values nested too deeply. */
  | 'unreadable-request'
  /** The request has neither a query nor the hash of a persisted one. */
  | 'no-query'
  /** The request has the hash of a persisted query only, and the hash is not known. */
  | 'unknown-persisted-query'
  /** The hash is malformed, or belongs to a different query than the one in the request. */
  | 'invalid-persisted-query'
  /** The document has a syntax error or does not fit the schema. */
  | 'invalid-document'
  /** The document, or what it costs, is over a limit. */
  | 'too-complex'
  /** The document has no operation with this name, or has several and the request names none. */
  | 'unknown-operation'
  /** A subscription. */
  | 'not-a-query'
  /** A variable does not fit its type, so nothing was executed. */
  | 'invalid-variables';

/** An operation that the answer service does not answer. */
export interface Declined {
  readonly declined: DeclineReason;
  /** True if the cost has been charged already, so that it must not be charged again. */
  readonly isCharged: boolean;
}
