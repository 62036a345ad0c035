import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './scalars.ts';
import './schema/exchange.ts';
import './schema/market.ts';
import './schema/market-connection.ts';
import './schema/ticker.ts';
import './schema/candle.ts';
import './schema/order-book.ts';
import './schema/trade.ts';
import './schema/node-query.ts';

builder.queryType({ description: 'Market data as of now, or from history.' });
builder.subscriptionType({ description: 'Market data as it changes.' });

/** The schema that every door serves. */
export const schema: GraphQLSchema = builder.toSchema();
