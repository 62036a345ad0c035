import { remedies } from '../../../market/model/not-found.ts';
import type { AnswerError } from '../../fields/field-value.ts';
import { restPath } from '../../http/paths.ts';

/** The sentence of an error, with a path or a parameter of this API where it names a field or an argument of GraphQL. */
export function inRestWords({ message, extensions: { exchange } }: AnswerError): string {
  return message
    .replace(remedies.listExchanges, `${restPath}/exchanges lists all ids`)
    .replace(remedies.listMarkets, () => `${restPath}/markets/${String(exchange)} lists its symbols`)
    .replace(remedies.skipUnknown, 'skipUnknown=true leaves out unknown symbols');
}
