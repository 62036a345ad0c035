import type { StreamKind } from '../../market/ports/market-streams.ts';

/** The kinds of live data: those that exchanges stream, and those that are only polled. */
export type FeedKind = StreamKind | 'allTickers' | 'openInterest';
