// Generated from screen/screen.graphql by `npm run codegen`.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What is traded in a market. */
export type MarketType =
  /** A contract that expires. */
  | 'FUTURE'
  /** An option. */
  | 'OPTION'
  /** The asset itself. */
  | 'SPOT'
  /** A perpetual contract. */
  | 'SWAP';

/** The figure by which markets are ranked. Markets without this figure are left out. */
export type ScreenRank =
  /** `change`, in the quote currency of each market. */
  | 'CHANGE'
  /** `last`, in the quote currency of each market. */
  | 'LAST'
  /** `percentage`. */
  | 'PERCENTAGE'
  /** `quoteVolume`. Compare it only among markets with the same quote currency: nothing is converted. */
  | 'QUOTE_VOLUME'
  /** `high` - `low`, as a percentage of `low`. */
  | 'RANGE'
  /** `ask` - `bid`, as a percentage of the middle between them. */
  | 'SPREAD';

/** The order of a list. */
export type SortOrder =
  /** The smallest first. */
  | 'ASC'
  /** The largest first. */
  | 'DESC';

/** How this server obtained a value. */
export type Source =
  /** Fetched for a query or for the first subscriber. */
  | 'FETCH'
  /** Polled for subscribers. */
  | 'POLL'
  /** From a stream of the exchange. */
  | 'STREAM';

export type ScreenUpdatedSubscriptionVariables = Exact<{
  exchange: string;
  rankBy: ScreenRank;
  order: SortOrder;
  quote?: string | null | undefined;
  type?: MarketType | null | undefined;
  minQuoteVolume?: number | null | undefined;
  first: number;
}>;


export type ScreenUpdatedSubscription = { readonly screenUpdated: ReadonlyArray<{ readonly symbol: string, readonly last: number | null, readonly percentage: number | null, readonly quoteVolume: number | null, readonly high: number | null, readonly low: number | null, readonly bid: number | null, readonly ask: number | null, readonly receivedAt: number, readonly source: Source, readonly stale: boolean, readonly market: { readonly type: MarketType, readonly pricePrecision: number | null } | null }> };


export const ScreenUpdatedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ScreenUpdated"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"exchange"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"rankBy"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ScreenRank"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"order"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SortOrder"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"quote"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"type"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"MarketType"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"minQuoteVolume"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Float"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"screenUpdated"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"exchange"},"value":{"kind":"Variable","name":{"kind":"Name","value":"exchange"}}},{"kind":"Argument","name":{"kind":"Name","value":"rankBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"rankBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"order"},"value":{"kind":"Variable","name":{"kind":"Name","value":"order"}}},{"kind":"Argument","name":{"kind":"Name","value":"quote"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quote"}}},{"kind":"Argument","name":{"kind":"Name","value":"type"},"value":{"kind":"Variable","name":{"kind":"Name","value":"type"}}},{"kind":"Argument","name":{"kind":"Name","value":"minQuoteVolume"},"value":{"kind":"Variable","name":{"kind":"Name","value":"minQuoteVolume"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"symbol"}},{"kind":"Field","name":{"kind":"Name","value":"last"}},{"kind":"Field","name":{"kind":"Name","value":"percentage"}},{"kind":"Field","name":{"kind":"Name","value":"quoteVolume"}},{"kind":"Field","name":{"kind":"Name","value":"high"}},{"kind":"Field","name":{"kind":"Name","value":"low"}},{"kind":"Field","name":{"kind":"Name","value":"bid"}},{"kind":"Field","name":{"kind":"Name","value":"ask"}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}},{"kind":"Field","name":{"kind":"Name","value":"market"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"pricePrecision"}}]}}]}}]}}]} as unknown as DocumentNode<ScreenUpdatedSubscription, ScreenUpdatedSubscriptionVariables>;