import type { ServerResponse } from 'node:http';
import type { EncodedPayload, ValueEvent } from '../../fanout/encoded-payload.ts';
import type { SubscriptionHost } from '../../fanout/group-subscription.ts';
import { toEvent } from './event-encoder.ts';
import { type EventPosition, memberOf, toTradesEventId } from './event-ids.ts';
import { hasTrade, toTradeKey } from './trade-keys.ts';
import { type EventForm, ValueSubscription } from './value-subscription.ts';

const second = 1000;

/**
 * The trades for a client that reconnects. The subscription begins with all trades of the millisecond in which the client
 * stopped, because others can follow in the same millisecond; with all trades of the second if calls to the exchange
 * return whole seconds. Those that the client has are left out here. If none of the trades that its position names comes
 * again, nothing is left out, so that none is missing.
 */
export class ResumedTrades extends ValueSubscription {
  /** Where the client stopped; null once its trades or later ones have been seen. */
  #position: EventPosition | null;

  constructor(host: SubscriptionHost, response: ServerResponse, form: EventForm, position: EventPosition) {
    super(host, response, form);
    this.#position = position;
  }

  protected override toEvent(payload: EncodedPayload): ValueEvent | null {
    const event = super.toEvent(payload);
    const position = this.#position;
    if (!position || !event || event.retryMs !== null) return event;
    const trades = toTrades(payload.json);
    const mayHave = trades.filter((trade) => isAtOnce(trade, position));
    const isFound = mayHave.some((trade) => position.trades.includes(keyOf(trade)));
    if (isFound || mayHave.length < trades.length) this.#position = null;
    if (!isFound) return event;
    const others = trades.filter((trade) => !(isAtOnce(trade, position) && hasTrade(position.trades, keyOf(trade))));
    if (others.length === 0) return null;
    return { bytes: toEvent(JSON.stringify(others), toTradesEventId(others)), retryMs: null };
  }
}

/** True if the trade can be from the millisecond of the position, as far as its time tells. */
function isAtOnce(trade: unknown, { timestamp }: EventPosition): boolean {
  const at = memberOf(trade, 'timestamp');
  return at === timestamp || at === timestamp - (timestamp % second);
}

function keyOf(trade: unknown): string {
  return toTradeKey(memberOf(trade, 'id'));
}

function toTrades(json: string): readonly unknown[] {
  const { data } = JSON.parse(json);
  return data.tradesExecuted;
}
