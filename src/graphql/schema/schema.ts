import type { GraphQLSchema } from 'graphql';
import { builder } from '../types/builder.ts';
import '../types/scalars.ts';
import './markets/exchange.ts';
import './markets/market.ts';
import './markets/market-connection.ts';
import './markets/ticker.ts';
import './analysis/quote.ts';
import './analysis/watchlist.ts';
import './analysis/screen.ts';
import './markets/candle.ts';
import './analysis/indicators.ts';
import './markets/order-book.ts';
import './markets/trade.ts';
import './derivatives/funding-rate.ts';
import './derivatives/open-interest.ts';
import './derivatives/liquidation.ts';
import './node-query.ts';

builder.queryType({ description: 'Current and historical market data.' });
builder.subscriptionType({ description: 'Live market data.' });

/** The schema for all protocols. */
export const schema: GraphQLSchema = builder.toSchema();
