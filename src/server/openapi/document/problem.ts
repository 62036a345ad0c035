import { type ClientErrorCode, clientErrorCodes, clientErrorMeanings } from '../../../graphql/execution/error-codes.ts';
import type { JsonSchema } from '../../../graphql/json-schema/json-schema.ts';
import { errorStatuses, httpStatus } from '../../http/messages/statuses.ts';
import { problemType } from '../../rest/messages/problem.ts';
import { recordedProblems } from '../examples/recorded-answers.ts';
import { toExample } from './add-examples.ts';
import { challenge, retryAfter } from './headers.ts';
import type { ApiResponse, MediaTypeObject, Reference } from './open-api.ts';

const text: JsonSchema = { type: 'string' };
const texts: JsonSchema = { type: 'array', items: text };

/** An error as RFC 9457 describes it, with the members of an error over GraphQL. */
export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'An error: problem details (RFC 9457) with the members that an error has over GraphQL.',
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'What kind of problem it is.' },
    title: { ...text, description: 'The name of the status.' },
    status: { type: 'integer', format: 'int32', description: 'The HTTP status.' },
    detail: { ...text, description: 'A sentence that says what was wrong, and what would be right.' },
    code: { ...text, enum: clientErrorCodes, description: 'The kind of the error; more kinds may be added.' },
    retryable: { type: 'boolean', description: 'True if the same request can succeed later.' },
    retryAfterMs: {
      type: 'number',
      format: 'double',
      description: 'How long to wait before the next request, in milliseconds.',
    },
    exchange: { ...text, description: 'The id of the exchange that the error is about.' },
    symbol: { ...text, description: 'The symbol of the market that the error is about.' },
    symbols: { ...texts, description: 'The symbols that the error is about, if there are several.' },
    timeframe: { ...text, description: 'The timeframe that the error is about.' },
    maxLimit: {
      type: 'integer',
      format: 'int32',
      description: 'The largest limit with which the same request can be answered.',
    },
    oldest: {
      type: 'integer',
      format: 'int64',
      description: 'Where the candles of the exchange begin, in milliseconds since 1970, if older ones were requested.',
    },
    path: {
      type: 'array',
      description: 'In a list of errors: where in the value the error belongs.',
      items: { anyOf: [text, { type: 'integer', format: 'int32' }] },
    },
    suggestions: { ...texts, description: 'Valid values: the closest ones first.' },
    errors: {
      type: 'array',
      description: 'All errors, if there are several.',
      items: { $ref: '#/components/schemas/Problem' },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'retryable'],
};

interface Failure {
  readonly name: string;
  readonly status: number;
  /** What leads to the status besides error codes. */
  readonly also?: string;
  /** True if only requests with a body can fail like this. */
  readonly ofBodies?: boolean;
}

const failures: readonly Failure[] = [
  { name: 'BadRequest', status: httpStatus.badRequest },
  { name: 'Unauthorized', status: httpStatus.unauthorized },
  { name: 'NotFound', status: httpStatus.notFound },
  { name: 'NotAcceptable', status: httpStatus.notAcceptable, also: 'The client accepts no format of this resource.' },
  {
    name: 'ContentTooLarge',
    status: httpStatus.contentTooLarge,
    also: 'The body of the request is too large.',
    ofBodies: true,
  },
  {
    name: 'UnsupportedMediaType',
    status: httpStatus.unsupportedMediaType,
    also: 'The body of the request is not JSON, or is compressed in a way that this server cannot read.',
    ofBodies: true,
  },
  { name: 'TooManyRequests', status: httpStatus.tooManyRequests },
  { name: 'InternalServerError', status: httpStatus.internalServerError },
  { name: 'BadGateway', status: httpStatus.badGateway },
  {
    name: 'ServiceUnavailable',
    status: httpStatus.serviceUnavailable,
    also: 'RATE_LIMITED with `exchange`: the exchange limits this server.',
  },
  { name: 'GatewayTimeout', status: httpStatus.gatewayTimeout },
];

/** The responses with errors, by their names among the components. */
export const failureResponses: Readonly<Record<string, ApiResponse>> = Object.fromEntries(
  failures.map(({ name, status, also }) => [name, toResponse(status, also)]),
);

/** The references to these responses, by status. */
export function referToFailures(hasBody: boolean): Readonly<Record<string, Reference>> {
  return Object.fromEntries(
    failures
      .filter(({ ofBodies = false }) => hasBody || !ofBodies)
      .map(({ name, status }) => [status, { $ref: `#/components/responses/${name}` }]),
  );
}

function toResponse(status: number, also: string | undefined): ApiResponse {
  const meanings = clientErrorCodes
    .filter((code) => errorStatuses[code] === status && code !== 'PERSISTED_QUERY_NOT_FOUND')
    .map((code) => `${code}: ${meaningOf(code, status)}`);
  return {
    description: [...meanings, ...(also === undefined ? [] : [also])].join('\n\n'),
    ...headersOf(status),
    content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' }, ...exampleOf(status) } },
  };
}

function exampleOf(status: number): Pick<MediaTypeObject, 'example'> {
  const text = recordedProblems[status];
  return text === undefined ? {} : { example: toExample(problemType, text) };
}

/** RATE_LIMITED because of an exchange has another status. */
function meaningOf(code: ClientErrorCode, status: number): string {
  return code === 'RATE_LIMITED' && status === httpStatus.tooManyRequests
    ? 'This client has used up REQUESTS_PER_MINUTE or COST_PER_MINUTE.'
    : clientErrorMeanings[code];
}

function headersOf(status: number): Pick<ApiResponse, 'headers'> {
  if (status === httpStatus.unauthorized) return { headers: challenge };
  // An exchange that fails can be paused, whatever its error was.
  return status === httpStatus.tooManyRequests || status >= httpStatus.badGateway ? { headers: retryAfter } : {};
}
