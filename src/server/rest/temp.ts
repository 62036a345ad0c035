import type { GraphQLError } from 'graphql';
import type { FieldQuery } from '../../graphql/fields/field-query.ts';
import { toSymbol } from '../fields/symbols.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { toStreamRefusal } from '../http/messages/refusal.ts';
import type { RouteParams } from '../routing/route.ts';

export function readValues(query: FieldQuery, params: RouteParams, search: string): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = { ...Object.fromEntries(new URLSearchParams(search)), ...params };
  for (const { name, type } of query.arguments.all) {
    const value = values[name];
    if (typeof value !== 'string') continue;
    if (name === 'symbol') values[name] = toSymbol(value);
    else if (name === 'symbols') values[name] = value.split(',').map(toSymbol);
    else if (/Int|Float|DateTime/.test(String(type)) && /^\d+$/.test(value)) values[name] = Number(value);
    else if (/Boolean/.test(String(type))) values[name] = value === 'true';
  }
  return values;
}

export function sendProblem({ response }: HttpContext, error: GraphQLError): void {
  const { status, headers } = toStreamRefusal(error);
  response.writeHead(status, { ...headers, 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ status, detail: error.message, ...error.extensions }));
}
