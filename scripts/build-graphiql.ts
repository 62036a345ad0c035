// Writes dist/graphiql.html.gz, GraphiQL as a single page with example tabs; dist/graphiql.LICENSE, the licence of its code;
// and dist/graphiql.script-hash, the hash of its script for the Content-Security-Policy.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
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
  `# Find markets, each with its ticker, in one call to the exchange. A search for BTC/USD finds that
# pair first. Fees and limits say what a market costs, and which orders it accepts.
query Markets {
  exchange(id: "sim") {
    name
    markets(search: "btc/usd", active: true, first: 10) {
      totalCount
      nodes {
        symbol
        type
        taker
        limits {
          amount {
            min
          }
        }
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
    market(symbol: "BTC/USDT:USDT") {
      exchangeSymbol
      contractSize
      ticker {
        markPrice
        indexPrice
      }
    }
  }
}
`,
  `# Live: one market on several exchanges side by side, at most ten times a second. Add ids such as
# "kraken" and "okx" to \`exchanges\`. What is old, missing or wrong is left out, with the reason.
subscription Quote {
  quoteUpdated(symbol: "BTC/USDT", exchanges: ["sim"]) {
    bestBid {
      exchange {
        id
      }
      price
    }
    bestAsk {
      exchange {
        id
      }
      price
    }
    spread
    median
    volumeWeighted
    exchanges {
      exchange {
        id
      }
      ageMs
      ticker {
        last
        stale
      }
      leftOut
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
  `# Indicators in columns: values[i] belongs to timestamps[i]. Earlier candles are part of the
# calculation, so the first value is as good as the last one.
query Indicators {
  indicators(
    exchange: "sim"
    symbol: "BTC/USDT"
    timeframe: "1h"
    limit: 48
    of: [{ kind: EMA, period: 50 }, { kind: RSI }, { kind: MACD }, { kind: BOLLINGER }]
  ) {
    timestamps
    closed
    series {
      name
      output
      values
    }
  }
}
`,
  `# Funding and open interest of a perpetual contract. Rates are fractions: 0.0001 is one basis
# point. As subscriptions: fundingRateUpdated and openInterestUpdated.
query Funding {
  fundingRate(exchange: "sim", symbol: "BTC/USDT:USDT") {
    rate
    intervalMs
    annualized
    nextFundingTime
    markPrice
    indexPrice
    stale
  }
  fundingRateHistory(exchange: "sim", symbol: "BTC/USDT:USDT", limit: 9) {
    datetime
    rate
  }
  openInterest(exchange: "sim", symbol: "BTC/USDT:USDT") {
    amount
    value
    stale
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
  // Over a WebSocket, GraphiQL sends no headers, and so no API key.
  subscriptionsProtocol: 'SSE',
  // A key in the headers would stay in the browser after the tab is closed.
  shouldPersistHeaders: false,
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
const licence = new URL('../node_modules/@graphql-yoga/render-graphiql/LICENSE', import.meta.url);
copyFileSync(licence, new URL('../dist/graphiql.LICENSE', import.meta.url));
writeFileSync(new URL('../dist/graphiql.script-hash', import.meta.url), `sha256-${hash}`);
process.stdout.write(`graphiql: ${html.length} bytes\n`);
