import { maxResultBytes } from '../presenting/report.ts';

/** What agents see of the server before they choose a tool. */
export const instructions =
  'Market data of cryptocurrency exchanges: current prices, order books, trades, candles, indicators, funding and open interest. Read only: nothing can be traded. Every answer says how old it is; mention that age when you present a price, and never present a value with stale: true or of the exchange sim (made up) as a current price. Symbols are written BTC/USDT, or BTC/USDT:USDT for perpetual contracts; use search_markets if you are not sure. The resource tickql://guide explains more.';

/** The resource tickql://guide. */
export const guide = `# TickQL for agents

**Symbols.** BASE/QUOTE for spot: BTC/USDT is bitcoin priced in tether. BASE/QUOTE:SETTLE for a perpetual contract: BTC/USDT:USDT. BASE/QUOTE:SETTLE-YYMMDD for a future, and -STRIKE-C or -P behind it for an option. BTC-USDT is read as BTC/USDT. USD, USDT, USDC and EUR are different currencies, so BTC/USD and BTC/USDT are different markets. search_markets finds the symbol that an exchange uses.

**Exchanges** are named by their id: kraken, binance, coinbase. list_exchanges knows all. The exchange sim is built in, works without a network, and makes its prices up: \`simulated: true\`.

**Times** are UTC in ISO-8601. \`since\` is inclusive, \`until\` exclusive; both take ISO-8601 or epoch milliseconds.

**Timeframes** are a number and a unit: 1m, 5m, 1h, 1d, 1w, 1M (m is minutes, M is months). If an exchange does not offer one, its candles are built from shorter ones. \`closed: false\` marks the period that still runs.

**Freshness.** \`freshness\` is in every answer: \`exchangeTime\` (the exchange's clock), \`receivedAt\` (when this server received it), \`ageMs\`, \`stale\`. \`stale: true\` means that the exchange cannot be reached at present and the value is the last known one. Say so when you use it. Histories have the time of their newest row. Lists have the age of their oldest value, and each row its own.

**Null** means that the exchange does not send the value. Nothing is estimated, and null is not zero.

**Size.** Lists have 100 rows unless you ask for another number. No answer is larger than ${Math.ceil(maxResultBytes / 1000)} KB; rows that do not fit are left out. Then \`cut.next\` contains the arguments to change for the next page: repeat the call with them, and change nothing else. Without \`cut\`, nothing is missing. Without \`since\`, the newest rows stay; with it, the oldest.

**Errors** have a code and a sentence that says what would be right. SYMBOL_NOT_FOUND and EXCHANGE_NOT_FOUND suggest the nearest names. RATE_LIMITED, TIMEOUT, OVERLOADED, EXCHANGE_UNAVAILABLE and BAD_EXCHANGE_RESPONSE can succeed later: wait as long as the error says. NOT_SUPPORTED: this exchange cannot do it, try another. If one of several symbols fails, the others are answered, and \`errors\` lists it.

**Which tool.** One price: get_ticker. Several: get_tickers. The best price of several exchanges: compare_exchanges. Movers and volumes: screen_markets. The past: get_candles. RSI, averages: get_indicators. Liquidity: get_order_book. Single trades: get_trades. Perpetual contracts: get_funding_rate, get_open_interest.
`;
