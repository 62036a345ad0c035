import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';

/** Whether live candles and trades can begin in the past. */
export function offersSince(): boolean {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const { candleUpdated, tradesExecuted } = schema.getSubscriptionType()?.getFields() ?? {};
  return [candleUpdated, tradesExecuted].every((field) => field?.args.some(({ name }) => name === 'since'));
}
