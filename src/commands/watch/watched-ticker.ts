import { z } from 'zod';

/** What a line of `tickql watch` shows of a market. */
const watchedTicker = z.object({
  symbol: z.string(),
  last: z.number().nullable(),
  percentage: z.number().nullable(),
  bid: z.number().nullable(),
  ask: z.number().nullable(),
  timestamp: z.number().nullable(),
  receivedAt: z.number(),
  source: z.string(),
  stale: z.boolean(),
  exchange: z.object({ simulated: z.boolean() }),
});

export type WatchedTicker = Readonly<z.output<typeof watchedTicker>>;

/** The subscription whose events are parsed here. */
export const watchDocument = `subscription Watch($exchange: ID!, $symbols: [String!]!) {
  tickersUpdated(exchange: $exchange, symbols: $symbols) {
    ${Object.keys(watchedTicker.shape)
      .map((name) => (name === 'exchange' ? 'exchange { simulated }' : name))
      .join(' ')}
  }
}`;

const errors = z.array(z.object({ message: z.string() })).default([]);

const watchEvent = z.object({
  data: z.object({ tickersUpdated: watchedTicker }).nullish(),
  errors,
  extensions: z.object({ errors }).optional(),
});

export interface WatchEvent {
  /** Null if the event is the error that ends the subscription. */
  readonly ticker: WatchedTicker | null;
  readonly messages: readonly string[];
}

/** Parses the JSON of one event. */
export function parseWatchEvent(json: string): WatchEvent {
  const { data, errors: fatal, extensions } = watchEvent.parse(JSON.parse(json));
  const messages = [...fatal, ...(extensions?.errors ?? [])].map(({ message }) => message);
  return { ticker: data?.tickersUpdated ?? null, messages };
}
