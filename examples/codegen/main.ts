import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { graphql } from './gql';

const rowsQuery = graphql(`
  query Rows($symbol: String!, $timeframe: Timeframe!, $since: DateTime) {
    ohlcv(exchange: "sim", symbol: $symbol, timeframe: $timeframe, since: $since, limit: 24)
    ticker(exchange: "sim", symbol: $symbol) { last datetime receivedAt }
  }
`);

/** The types of the variables and of the answer are those of the document. */
async function ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const response = await fetch('http://localhost:4000/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

const yesterday = new Date(Date.now() - 86_400_000).toISOString();
const { ohlcv, ticker } = await ask(rowsQuery, { symbol: 'BTC/USDT', timeframe: '1h', since: yesterday });

const lines = (ohlcv ?? []).map(
  ([timestamp, , , , close]) => `${new Date(timestamp).toISOString()} ${close.toFixed(2)}`,
);
if (ticker) lines.push(`${ticker.datetime} ${ticker.last} (received at ${new Date(ticker.receivedAt).toISOString()})`);
document.querySelector('pre')?.replaceChildren(lines.join('\n'));
