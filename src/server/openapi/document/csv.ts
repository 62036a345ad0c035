import type { JsonSchema } from '../../../graphql/json-schema/json-schema.ts';
import { maxCandles } from '../../../market/row-limits.ts';
import { csvHeader } from '../../rest/csv/candle-csv.ts';
import { maxCsvRows } from '../../rest/csv/send-candles.ts';
import { formatParameter } from '../../rest/messages/choose-format.ts';
import type { MediaTypeObject, Parameter } from './open-api.ts';

/** The parameter that chooses between JSON and CSV. */
export const format: Parameter = {
  name: formatParameter,
  in: 'query',
  description: 'The format of the answer. It takes precedence over Accept; without both, the answer is JSON.',
  required: false,
  // No default: clients that send defaults would override their own Accept.
  schema: { type: 'string', enum: ['json', 'csv'] },
};

export const csv: MediaTypeObject = {
  schema: {
    type: 'string',
    description: `RFC 4180. The first line names the columns: ${csvHeader.trim()}`,
  },
};

type Properties = Readonly<Record<string, JsonSchema>>;

/** The arguments of candles that can be a file as well, with the limit of files. */
export function withFileLimit(properties: Properties): Properties {
  const { limit } = properties;
  if (!limit) return properties;
  const description = `Maximum number of candles, up to ${group(maxCandles)}; in a CSV file up to ${group(maxCsvRows)}. Beyond ${group(maxCandles)}, \`since\` is required.`;
  return { ...properties, limit: { ...limit, maximum: maxCsvRows, description } };
}

function group(count: number): string {
  return count.toLocaleString('en');
}
