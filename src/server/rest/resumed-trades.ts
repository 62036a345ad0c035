import type { ServerResponse } from 'node:http';
import type { EncodedPayload, ValueEvent } from '../fanout/encoded-payload.ts';
import type { SubscriptionHost } from '../fanout/group-subscription.ts';
import { type EncodeEvent, toEvent } from './event-encoder.ts';
import { type EventPosition, memberOf, toTradeKey, toTradesEventId } from './event-ids.ts';
import { ValueSubscription } from './value-subscription.ts';

/**
 * The trades for a client that reconnects. The subscription begins with all trades of the millisecond in which the client
 * stopped, because others can follow in the same millisecond. Those that the client has are left out here: all trades up
 * to the last one that it has received. If that one does not come again, nothing is left out, so that none is missing.
 */
export class ResumedTrades extends ValueSubscription {
  /** Where the client stopped; null once later trades have been seen. */
  #position: EventPosition | null;

  constructor(host: SubscriptionHost, response: ServerResponse, encode: EncodeEvent, position: EventPosition) {
    super(host, response, encode);
    this.#position = position;
  }

  protected override toEvent(payload: EncodedPayload): ValueEvent | null {
    const event = super.toEvent(payload);
    const position = this.#position;
    if (!position || !event || event.isLast) return event;
    const trades = toTrades(payload.json);
    const atOnce = trades.filter((trade) => memberOf(trade, 'timestamp') === position.timestamp);
    const known = atOnce.findIndex((trade) => toTradeKey(trade) === position.trade) + 1;
    if (known > 0 || atOnce.length < trades.length) this.#position = null;
    if (known === 0) return event;
    const others = trades.slice(known);
    if (others.length === 0) return null;
    return { bytes: toEvent(JSON.stringify(others), toTradesEventId(others)), isLast: false };
  }
}

function toTrades(json: string): readonly unknown[] {
  const { data } = JSON.parse(json);
  return data.tradesExecuted;
}
