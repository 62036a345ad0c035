import type { GraphQLSchema } from 'graphql';
import { builder } from '../types/builder.ts';
import '../types/scalars.ts';
import './exchange.ts';
import './market.ts';
import './market-connection.ts';
import './ticker.ts';
import './quote.ts';
import './watchlist.ts';
import './screen.ts';
import './candle.ts';
import './indicators.ts';
import './order-book.ts';
import './trade.ts';
import './funding-rate.ts';
import './open-interest.ts';
import './liquidation.ts';
import './node-query.ts';

builder.queryType({ description: 'Current and historical market data.' });
builder.subscriptionType({ description: 'Live market data.' });

/** The schema for all protocols. */
export const schema: GraphQLSchema = builder.toSchema();
