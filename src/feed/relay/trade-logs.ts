import { type MarketRef, toMarketKey } from '../../market/market-ref.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { TopicSubscriber } from '../topics/topic-subscriber.ts';
import { type LoggedTopic, TradeLog } from './trade-log.ts';

/** The topic of a market, once a subscriber has joined it. */
interface JoinedTrades extends LoggedTopic {
  readonly hasEnded: boolean;
  remove(subscriber: TopicSubscriber<readonly Trade[]>): void;
}

interface HeldLog {
  readonly log: TradeLog;
  readonly topic: JoinedTrades;
  holders: number;
}

/** The logs of trades that other instances may ask for. A log is kept while somebody holds it. */
export class TradeLogs {
  readonly #join: (market: MarketRef, subscriber: TopicSubscriber<readonly Trade[]>) => JoinedTrades;
  readonly #held = new Map<string, HeldLog>();

  constructor(join: (market: MarketRef, subscriber: TopicSubscriber<readonly Trade[]>) => JoinedTrades) {
    this.#join = join;
  }

  find(market: MarketRef): TradeLog | undefined {
    return this.#held.get(toMarketKey(market))?.log;
  }

  /** Keeps the log of a market until the returned function is called. Throws if the feeds have ended. */
  hold(market: MarketRef): () => void {
    const key = toMarketKey(market);
    const known = this.#held.get(key);
    const held = known && !known.topic.hasEnded ? known : this.#create(market);
    this.#held.set(key, held);
    held.holders += 1;
    let isHolding = true;
    return () => {
      if (!isHolding) return;
      isHolding = false;
      held.holders -= 1;
      if (held.holders > 0) return;
      held.topic.remove(held.log);
      if (this.#held.get(key) === held) this.#held.delete(key);
    };
  }

  #create(market: MarketRef): HeldLog {
    const log = new TradeLog();
    const topic = this.#join(market, log);
    log.follow(topic);
    return { log, topic, holders: 0 };
  }
}
