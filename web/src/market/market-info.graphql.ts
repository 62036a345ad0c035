// Generated from market/market-info.graphql by `npm run codegen`.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What an exchange can do through ccxt. */
export type Capability =
  /** The candles of one market. */
  | 'CANDLES'
  /** The funding rate of a perpetual contract. */
  | 'FUNDING_RATE'
  /** The funding rates of many perpetual contracts in one call. */
  | 'FUNDING_RATES'
  /** The funding of a perpetual contract that was paid in the past. */
  | 'FUNDING_RATE_HISTORY'
  /** The mark price of a contract in a call of its own. Tickers of other exchanges can contain it as well. */
  | 'MARK_PRICE'
  /** The open interest of a contract. */
  | 'OPEN_INTEREST'
  /** The open interest of a contract in the past. */
  | 'OPEN_INTEREST_HISTORY'
  /** The order book of one market. */
  | 'ORDER_BOOK'
  /** A stream with the forming candle of one market. */
  | 'STREAM_CANDLES'
  /** A stream with the funding rate of a perpetual contract. */
  | 'STREAM_FUNDING_RATE'
  /** A stream with the liquidations of a contract. */
  | 'STREAM_LIQUIDATIONS'
  /** A stream with the order book of one market. */
  | 'STREAM_ORDER_BOOK'
  /** A stream with the ticker of one market. */
  | 'STREAM_TICKER'
  /** A stream with the tickers of many markets over one subscription. */
  | 'STREAM_TICKERS'
  /** A stream with the trades of one market. */
  | 'STREAM_TRADES'
  /** The ticker of one market. */
  | 'TICKER'
  /** The tickers of many markets in one call. */
  | 'TICKERS'
  /** The latest public trades of one market. */
  | 'TRADES';

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

export type MarketInfoQueryVariables = Exact<{
  exchange: string;
  symbol: string;
}>;


export type MarketInfoQuery = { readonly market: { readonly symbol: string, readonly type: MarketType, readonly active: boolean | null, readonly expiry: string | null, readonly base: string, readonly quote: string, readonly settle: string | null, readonly inverse: boolean | null, readonly contractSize: number | null, readonly pricePrecision: number | null, readonly amountPrecision: number | null, readonly timeframes: ReadonlyArray<string>, readonly exchange: { readonly id: string, readonly has: ReadonlyArray<Capability> } } | null };


export const MarketInfoDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MarketInfo"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"exchange"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"symbol"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"market"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"exchange"},"value":{"kind":"Variable","name":{"kind":"Name","value":"exchange"}}},{"kind":"Argument","name":{"kind":"Name","value":"symbol"},"value":{"kind":"Variable","name":{"kind":"Name","value":"symbol"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"symbol"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"expiry"}},{"kind":"Field","name":{"kind":"Name","value":"base"}},{"kind":"Field","name":{"kind":"Name","value":"quote"}},{"kind":"Field","name":{"kind":"Name","value":"settle"}},{"kind":"Field","name":{"kind":"Name","value":"inverse"}},{"kind":"Field","name":{"kind":"Name","value":"contractSize"}},{"kind":"Field","name":{"kind":"Name","value":"pricePrecision"}},{"kind":"Field","name":{"kind":"Name","value":"amountPrecision"}},{"kind":"Field","name":{"kind":"Name","value":"timeframes"}},{"kind":"Field","name":{"kind":"Name","value":"exchange"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"has"}}]}}]}}]}}]} as unknown as DocumentNode<MarketInfoQuery, MarketInfoQueryVariables>;