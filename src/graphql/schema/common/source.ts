import { builder } from '../../types/builder.ts';

export const SourceEnum = builder.enumType('Source', {
  description: 'How this server obtained a value.',
  values: {
    STREAM: { value: 'STREAM', description: 'From a stream of the exchange.' },
    POLL: { value: 'POLL', description: 'Polled for subscribers.' },
    FETCH: { value: 'FETCH', description: 'Fetched for a query or for the first subscriber.' },
  } as const,
});
