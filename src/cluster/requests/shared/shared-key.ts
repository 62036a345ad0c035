import { createHash } from 'node:crypto';
import type { SharedTime } from '../../members/shared-time.ts';
import type { ExchangeQuery } from '../methods/exchange-query.ts';
import type { Method } from '../methods/method.ts';

/** The key of the answer to a part of a query, without the prefix of the cluster. */
export function toSharedKey<Q extends ExchangeQuery, R>(
  { name, query }: Pick<Method<Q, R>, 'name' | 'query'>,
  part: Q,
  time: SharedTime,
): string {
  const text = JSON.stringify(query.write(part, time));
  return `answer:${name}:${text.length > 100 ? createHash('sha256').update(text).digest('base64url') : text}`;
}
