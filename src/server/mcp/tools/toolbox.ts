import type { GraphQLSchema } from 'graphql';
import { createCandlesTool } from './candles.ts';
import type { Tool } from './common/tool.ts';
import { createExchangesTool } from './exchanges.ts';
import { createFundingHistoryTool, createFundingRateTool } from './funding.ts';
import { createIndicatorsTool } from './indicators.ts';
import { createMarketsTool } from './markets.ts';
import { createOpenInterestHistoryTool, createOpenInterestTool } from './open-interest.ts';
import { createOrderBookTool } from './order-book.ts';
import { createQuoteTool } from './quote.ts';
import { createScreenTool } from './screen.ts';
import { createTickersTool, createTickerTool } from './tickers.ts';
import { createTradesTool } from './trades.ts';

/** All tools, in the order in which agents see them. */
export function createTools(schema: GraphQLSchema): readonly Tool[] {
  const creators = [
    createExchangesTool,
    createMarketsTool,
    createTickerTool,
    createTickersTool,
    createCandlesTool,
    createOrderBookTool,
    createTradesTool,
    createQuoteTool,
    createScreenTool,
    createIndicatorsTool,
    createFundingRateTool,
    createFundingHistoryTool,
    createOpenInterestTool,
    createOpenInterestHistoryTool,
  ];
  return creators.map((create) => create(schema));
}
