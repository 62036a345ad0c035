// Generated from client/exchanges.graphql by `npm run codegen`.
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

export type ExchangesQueryVariables = Exact<{ [key: string]: never; }>;


export type ExchangesQuery = { readonly exchanges: ReadonlyArray<{ readonly id: string, readonly name: string, readonly simulated: boolean, readonly timeframes: ReadonlyArray<string>, readonly has: ReadonlyArray<Capability> }> };


export const ExchangesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Exchanges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"exchanges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"simulated"}},{"kind":"Field","name":{"kind":"Name","value":"timeframes"}},{"kind":"Field","name":{"kind":"Name","value":"has"}}]}}]}}]} as unknown as DocumentNode<ExchangesQuery, ExchangesQueryVariables>;