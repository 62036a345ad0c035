import { describeValue } from '../../graphql/types/describe-value.ts';
import { MarketDataError } from '../../market/errors.ts';
import { toSymbol } from '../fields/symbols.ts';
import { unsupportedType } from '../http/messages/body-fault.ts';
import { type DecodedBody, readDecodedBody } from '../http/messages/read-decoded-body.ts';
import { refuse } from '../http/messages/refusal.ts';
import { restPath } from '../http/paths.ts';
import type { ApiRequest, ApiRoute } from '../routing/route.ts';
import { answerResource, type ResourceOptions } from './answer-resource.ts';
import { formatParameter } from './messages/choose-format.ts';
import { sendProblem } from './messages/problem.ts';
import { readQueryString, type Values } from './messages/read-values.ts';
import { requireMethod } from './messages/require-method.ts';
import type { Resource } from './resources.ts';

/** The path at which the server that this one replaces answered candles. */
export const historicalPath = `${restPath}/historical`;

const methods = ['POST'];

const jsonType = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Candles for clients that send the arguments as JSON: the same as the resource with the candles. */
export function createHistoricalRoute(candles: Resource, options: ResourceOptions): ApiRoute {
  async function answerBody(given: ApiRequest, body: DecodedBody): Promise<void> {
    if (body === null) return;
    if ('status' in body) throw refuse(body.status, body.message, body.headers);
    const query = readQueryString(given.search);
    requireOnlyFormat(query);
    await answerResource(given, candles, { values: toValues(body), query }, options);
  }

  return {
    kind: 'api',
    path: historicalPath,
    transport: 'rest',
    methods,
    sendFailure: sendProblem,
    handle: async (given) => {
      const { request, record } = given;
      requireMethod(given, methods);
      if (!jsonType.test(request.headers['content-type'] ?? '')) {
        throw refuse(unsupportedType.status, unsupportedType.message);
      }
      await readDecodedBody(request, (body) => record.run(() => answerBody(given, body)));
    },
  };
}

/** A parameter that is overlooked would give other candles than the client wants. */
function requireOnlyFormat(query: URLSearchParams): void {
  const other = [...query.keys()].find((name) => name !== formatParameter);
  if (other === undefined) return;
  const message = `The query string of this path can only contain ${formatParameter}: write ${describeValue(other)} in the JSON body.`;
  throw new MarketDataError('BAD_USER_INPUT', message);
}

const example = '{"exchange": "sim", "symbol": "BTC/USDT", "timeframe": "1h", "limit": 100}';

function toValues(body: Buffer): Values {
  const parsed = parse(body);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    const fault = parsed === undefined ? 'is not valid JSON in UTF-8; it must be an object' : 'must be a JSON object';
    throw new MarketDataError('BAD_USER_INPUT', `The body ${fault}, such as ${example}.`);
  }
  const values: Values = Object.fromEntries(Object.entries(parsed));
  return typeof values.symbol === 'string' ? { ...values, symbol: toSymbol(values.symbol) } : values;
}

/** Parses JSON, with or without a byte order mark; undefined if it is not valid. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
