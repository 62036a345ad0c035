// Generated from market/quote/quote.graphql by `npm run codegen`.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Why prices are left out of the figures of a quote. */
export type QuoteExclusion =
  /** The exchange failed, see `errorCode`. Without a code, a subscription has received nothing yet. */
  | 'FAILED'
  /** The exchange has no market with exactly this symbol. USD, USDT, USDC and EUR are different currencies. */
  | 'NOT_LISTED'
  /** There is no price. A price of 0 or less counts as none. */
  | 'NO_PRICE'
  /** The price is too far from those of the other exchanges: by more than 5 % of their median, and by more than five times the median of all distances from it. The last prices are compared, or the middle of bid and ask where there is none. With fewer than three exchanges nothing is an outlier, because it is unknown which price is wrong. Also: the bid of an exchange is above its own ask. */
  | 'OUTLIER'
  /** The ticker is the last known one of an exchange that fails, was received more than a minute ago, or is two days old by the exchange's clock. */
  | 'STALE';

/** How this server obtained a value. */
export type Source =
  /** Fetched for a query or for the first subscriber. */
  | 'FETCH'
  /** Polled for subscribers. */
  | 'POLL'
  /** From a stream of the exchange. */
  | 'STREAM';

export type QuoteUpdatedSubscriptionVariables = Exact<{
  exchanges: ReadonlyArray<string> | string;
  symbol: string;
}>;


export type QuoteUpdatedSubscription = { readonly quoteUpdated: { readonly spread: number | null, readonly median: number | null, readonly volumeWeighted: number | null, readonly bestBid: { readonly price: number, readonly exchange: { readonly id: string } } | null, readonly bestAsk: { readonly price: number, readonly exchange: { readonly id: string } } | null, readonly exchanges: ReadonlyArray<{ readonly leftOut: QuoteExclusion | null, readonly bidLeftOut: QuoteExclusion | null, readonly askLeftOut: QuoteExclusion | null, readonly errorCode: string | null, readonly exchange: { readonly id: string }, readonly ticker: { readonly last: number | null, readonly bid: number | null, readonly ask: number | null, readonly receivedAt: number, readonly source: Source, readonly stale: boolean } | null }> } };


export const QuoteUpdatedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"QuoteUpdated"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"exchanges"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"symbol"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quoteUpdated"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"exchanges"},"value":{"kind":"Variable","name":{"kind":"Name","value":"exchanges"}}},{"kind":"Argument","name":{"kind":"Name","value":"symbol"},"value":{"kind":"Variable","name":{"kind":"Name","value":"symbol"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bestBid"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"exchange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"bestAsk"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"exchange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"spread"}},{"kind":"Field","name":{"kind":"Name","value":"median"}},{"kind":"Field","name":{"kind":"Name","value":"volumeWeighted"}},{"kind":"Field","name":{"kind":"Name","value":"exchanges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exchange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"leftOut"}},{"kind":"Field","name":{"kind":"Name","value":"bidLeftOut"}},{"kind":"Field","name":{"kind":"Name","value":"askLeftOut"}},{"kind":"Field","name":{"kind":"Name","value":"errorCode"}},{"kind":"Field","name":{"kind":"Name","value":"ticker"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"last"}},{"kind":"Field","name":{"kind":"Name","value":"bid"}},{"kind":"Field","name":{"kind":"Name","value":"ask"}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]}}]}}]}}]} as unknown as DocumentNode<QuoteUpdatedSubscription, QuoteUpdatedSubscriptionVariables>;