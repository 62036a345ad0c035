import { MarketDataError } from '../../market/errors.ts';
import { toSymbol } from '../fields/symbols.ts';
import { unsupportedType } from '../http/messages/body-fault.ts';
import { type DecodedBody, readDecodedBody } from '../http/messages/read-decoded-body.ts';
import { refuse } from '../http/messages/refusal.ts';
import { restPath } from '../http/paths.ts';
import type { ApiRequest, ApiRoute } from '../routing/route.ts';
import { answerResource, type ResourceOptions } from './answer-resource.ts';
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
    await answerResource(given, candles, { values: toValues(body.toString()), query }, options);
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

function toValues(text: string): Values {
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    const message =
      'The body must be a JSON object, such as {"exchange": "sim", "symbol": "BTC/USDT", "timeframe": "1h", "limit": 100}.';
    throw new MarketDataError('BAD_USER_INPUT', message);
  }
  const values: Values = Object.fromEntries(Object.entries(parsed));
  return typeof values.symbol === 'string' ? { ...values, symbol: toSymbol(values.symbol) } : values;
}

/** Parses JSON; null, which is no object either, if it is not valid. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
