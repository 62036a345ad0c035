// Generated from markets/live/watchlist-updated.graphql by `npm run codegen`.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Names one market. */
export type MarketInput = {
  /** The exchange's id in ccxt, for example kraken. */
  readonly exchange: string;
  /** Unified symbol, for example BTC/USDT. */
  readonly symbol: string;
};

/** How this server obtained a value. */
export type Source =
  /** Fetched for a query or for the first subscriber. */
  | 'FETCH'
  /** Polled for subscribers. */
  | 'POLL'
  /** From a stream of the exchange. */
  | 'STREAM';

export type WatchlistUpdatedSubscriptionVariables = Exact<{
  markets: ReadonlyArray<MarketInput> | MarketInput;
}>;


export type WatchlistUpdatedSubscription = { readonly watchlistUpdated: { readonly symbol: string, readonly last: number | null, readonly bid: number | null, readonly ask: number | null, readonly percentage: number | null, readonly quoteVolume: number | null, readonly receivedAt: number, readonly source: Source, readonly stale: boolean, readonly exchange: { readonly id: string } } };


export const WatchlistUpdatedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchlistUpdated"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"markets"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"MarketInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"watchlistUpdated"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"markets"},"value":{"kind":"Variable","name":{"kind":"Name","value":"markets"}}},{"kind":"Argument","name":{"kind":"Name","value":"skipUnknown"},"value":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exchange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"symbol"}},{"kind":"Field","name":{"kind":"Name","value":"last"}},{"kind":"Field","name":{"kind":"Name","value":"bid"}},{"kind":"Field","name":{"kind":"Name","value":"ask"}},{"kind":"Field","name":{"kind":"Name","value":"percentage"}},{"kind":"Field","name":{"kind":"Name","value":"quoteVolume"}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]}}]} as unknown as DocumentNode<WatchlistUpdatedSubscription, WatchlistUpdatedSubscriptionVariables>;