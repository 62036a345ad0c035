import type { GraphQLSchema } from 'graphql';
import { builder } from '../types/builder.ts';
import '../types/scalars.ts';
import './exchange.ts';
import './market.ts';
import './market-connection.ts';
import './ticker.ts';
import './candle.ts';
import './order-book.ts';
import './trade.ts';
import './node-query.ts';

builder.queryType({ description: 'Market data as of now, or from history.' });
builder.subscriptionType({ description: 'Market data as it changes.' });

/** The schema that every door serves. */
export const schema: GraphQLSchema = builder.toSchema();
