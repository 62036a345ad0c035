/** Names the exchange that the query is about: its owner answers. */
export interface ExchangeQuery {
  readonly exchange: string;
}
