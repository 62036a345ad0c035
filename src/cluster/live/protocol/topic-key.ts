import { type MarketType, marketTypes } from '../../../market/model/market.ts';
import type { StreamKind, StreamRequest } from '../../../market/ports/market-streams.ts';
import { readNullable, readOneOf, readRow, readText } from '../../wire/fields.ts';
import { streamKinds } from './kinds.ts';

/** What a topic of another instance consists of. How deep a book must be is not a part of it. */
export type TopicRequest = Omit<StreamRequest<StreamKind>, 'depth'>;

/** The same for all requests that can share one stream between instances. */
export function toTopicKey({ exchange, kind, symbol, timeframe, type }: TopicRequest): string {
  return JSON.stringify([exchange, kind, symbol, timeframe ?? null, type ?? null]);
}

/** The request of a key. Throws for text that is not the key of a topic. */
export function toTopicRequest(key: string): TopicRequest {
  const json: unknown = JSON.parse(key);
  const [exchange, kind, symbol, timeframe, type] = readRow(json);
  const frame = readNullable(timeframe, readText);
  const marketType: MarketType | null = readNullable(type, (given) => readOneOf(given, marketTypes));
  return {
    exchange: readText(exchange),
    kind: readOneOf(kind, streamKinds),
    symbol: readText(symbol),
    ...(frame === null ? {} : { timeframe: frame }),
    ...(marketType === null ? {} : { type: marketType }),
  };
}
