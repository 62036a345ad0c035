// What exchanges accept in one message that subscribes to several markets. Each entry names its source.

/** How many topics one message may name, by exchange and, where it matters, for spot markets only. */
interface TopicLimit {
  readonly spot: number;
  readonly other: number;
}

/**
 * Bybit: ten on spot (bybit-exchange.github.io/docs/v5/ws/connect, "Public channel - Args limits"). Its other markets
 * limit only the length of the message, to 21,000 characters.
 */
const bybitTopics: TopicLimit = { spot: 10, other: 100 };

const topicLimits: Readonly<Record<string, TopicLimit>> = {
  bybit: bybitTopics,
  bybiteu: bybitTopics,
  bybitid: bybitTopics,
};

/**
 * More would exceed KuCoin's limit, 100 topics a message (kucoin.com/docs, WebSocket, "Topics"), the lowest among the
 * exchanges for which ccxt subscribes to several markets at once, apart from those above.
 */
const usualTopics: TopicLimit = { spot: 100, other: 100 };

/**
 * The longest message, in bytes. Binance never answers one of more than 4,088 bytes (binance-connector-rust#27), and
 * Bitget accepts 4,096 (its documentation, WebSocket, "Subscribe"), as OKX did before it raised its limit to 64 KB.
 */
export const maxMessageBytes = 4000;

/**
 * Exchanges whose candles ccxt streams under another name when several markets are requested with one message. There,
 * single markets are watched like several. OKX: `multi:` in watchOHLCVForSymbols, which is also the name that its class
 * removes when the exchange confirms an unsubscription (the exchange's file in ccxt/js/src/pro).
 */
const jointCandles: ReadonlySet<string> = new Set(['myokx', 'okx', 'okxus']);

/** True if candles of one market are watched by ccxt's call for several. */
export function watchesCandlesJointly(exchange: string): boolean {
  return jointCandles.has(exchange);
}

/** How many markets one message may subscribe to. `isSpot` says whether they are spot markets. */
export function maxTopics(exchange: string, isSpot: boolean): number {
  const { spot, other } = topicLimits[exchange] ?? usualTopics;
  return isSpot ? spot : other;
}
