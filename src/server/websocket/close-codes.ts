import { CloseCode } from 'graphql-ws';

/**
 * The codes with which this server closes WebSockets: 1xxx as in RFC 6455, 7.4.1 and the IANA registry, 4xxx as in
 * graphql-transport-ws. The client of graphql-ws 6 reconnects after 1001, 1013 and 4408, and gives up after the others.
 */
export const closeCode = {
  goingAway: 1001,
  /** Sent by ws. */
  protocolError: 1002,
  /** Sent by ws. */
  invalidText: 1007,
  policyViolation: 1008,
  /** Sent by ws. */
  messageTooBig: 1009,
  tryAgainLater: 1013,
  badRequest: CloseCode.BadRequest,
  /** Sent by graphql-ws as well, for an operation before the connection is acknowledged. */
  unauthorized: CloseCode.Unauthorized,
  subprotocolNotAcceptable: CloseCode.SubprotocolNotAcceptable,
  /** Sent by graphql-ws. */
  initialisationTimeout: CloseCode.ConnectionInitialisationTimeout,
  /** Sent by graphql-ws. */
  subscriberAlreadyExists: CloseCode.SubscriberAlreadyExists,
  /**
   * The only code of graphql-transport-ws for too many of something. graphql-ws sends it for a second connection_init.
   */
  tooMany: CloseCode.TooManyInitialisationRequests,
  internalServerError: CloseCode.InternalServerError,
} as const;

/** What each code means to a client: the table of close codes in docs/subscriptions.md. */
export const closeMeanings: Readonly<Record<keyof typeof closeCode, string>> = {
  goingAway: 'The server is stopping: connect again.',
  protocolError: 'The client broke the WebSocket protocol.',
  invalidText: 'A message of the client is not valid UTF-8.',
  policyViolation: 'The client has left more than 8 MB of answers unread.',
  messageTooBig: 'A message of the client has more than 64 KB.',
  tryAgainLater:
    'The server has reached its limit of sockets, or this address has sent too many wrong API keys: try again later.',
  badRequest: 'A message is not valid in `graphql-transport-ws`, or its id is longer than 256 characters.',
  unauthorized: 'The API key is missing or wrong, or an operation came before the connection was acknowledged.',
  subprotocolNotAcceptable: 'The client does not speak `graphql-transport-ws`.',
  initialisationTimeout: 'No `connection_init` came within 5 seconds.',
  subscriberAlreadyExists: 'The id belongs to an operation that is still open.',
  tooMany: 'Too many sockets from this address, too many messages in a second, or a second `connection_init`.',
  internalServerError: "Something unexpected happened; only the server's log has the cause.",
};

/** Normal closure, no code, and a connection that was cut. */
const otherCodes = [1000, 1005, 1006];

const countedCodes: ReadonlySet<number> = new Set([...Object.values(closeCode), ...otherCodes]);

/** The code as a label of metrics. Clients can send any code, but the number of labels must be limited. */
export function toCloseLabel(code: number): string {
  return countedCodes.has(code) ? String(code) : 'other';
}
