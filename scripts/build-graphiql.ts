// Writes dist/graphiql.html.gz, GraphiQL as a single page with example tabs, and dist/graphiql.script-hash, the hash of its
// script for the Content-Security-Policy.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

// All tabs work without a network, so that a newcomer sees an answer before any exchange has to be reached.
const tabs = [
  `# A ticker and the newest candles of one market.
# \`sim\` is built in: its prices are made up and need no network. For real prices,
# use \`kraken\` or any other id of { exchanges { id } }.
query TickerAndCandles {
  ticker(exchange: "sim", symbol: "BTC/USDT") {
    last
    bid
    ask
    percentage
    datetime
    receivedAt
    stale
  }
  candles(exchange: "sim", symbol: "BTC/USDT", timeframe: "1h", limit: 24) {
    datetime
    open
    high
    low
    close
    volume
    closed
  }
}
`,
  `# Markets of an exchange, each with its ticker, in one call to the exchange.
query MarketsWithTickers {
  exchange(id: "sim") {
    name
    markets(search: "BTC/", type: SPOT, active: true, first: 10) {
      totalCount
      nodes {
        symbol
        pricePrecision
        ticker {
          last
          percentage
          quoteVolume
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
`,
  `# All markets of an exchange, ranked, from one call to it. As a subscription: screenUpdated.
query Screen {
  screen(exchange: "sim", type: SPOT, quote: "USDT", rankBy: PERCENTAGE, order: DESC, first: 10) {
    symbol
    last
    percentage
    quoteVolume
  }
}
`,
  `# Find a market, and see what it costs and which orders it accepts. A search for BTC/USD
# finds that pair first. Contracts also have a mark price and the price of their index.
query FindMarkets {
  exchange(id: "sim") {
    markets(search: "btc usdt", first: 5) {
      nodes {
        symbol
        type
        exchangeSymbol
        maker
        taker
        listedAt
        limits {
          amount {
            min
          }
          cost {
            min
          }
        }
      }
    }
    market(symbol: "BTC/USDT:USDT") {
      contractSize
      ticker {
        last
        markPrice
        indexPrice
      }
    }
  }
}
`,
  `# Live: the latest known ticker at once, then each change.
subscription Live {
  tickersUpdated(exchange: "sim", symbols: ["BTC/USDT", "ETH/USDT"]) {
    symbol
    last
    bid
    ask
    datetime
    source
    stale
  }
}
`,
];

const html = renderGraphiQL({
  title: 'TickQL',
  subscriptionsProtocol: 'WS',
  defaultTabs: tabs.map((query) => ({ query })),
});
// The page has one script, which extends to its end; other matches are text within the script.
const start = html.indexOf('<script>') + '<script>'.length;
const end = html.lastIndexOf('</script>');
if (start > end || html.includes('\r') || html.slice(start, end).includes('</script')) {
  throw new Error('the GraphiQL page has an unexpected structure');
}
const hash = createHash('sha256').update(html.slice(start, end)).digest('base64');
mkdirSync(new URL('../dist/', import.meta.url), { recursive: true });
writeFileSync(new URL('../dist/graphiql.html.gz', import.meta.url), gzipSync(html, { level: 9 }));
writeFileSync(new URL('../dist/graphiql.script-hash', import.meta.url), `sha256-${hash}`);
process.stdout.write(`graphiql: ${html.length} bytes\n`);
