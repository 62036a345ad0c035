import type { VenueEvent, VenueLiquidation } from '../market/events.ts';
import { type VenueMarket, VenueModel } from '../market/model.ts';
import type { Garbage, StreamDefinition, StreamRequest } from './stream-definition.ts';
import { Streams } from './streams.ts';

/** The part of a venue that streams over WebSockets. It sends nothing by itself: tests drive it. */
export class StreamingVenue extends VenueModel {
  protected readonly streams: Streams;

  /** `definition` is null for an exchange whose stand-in has no streams: it answers every handshake with 404. */
  constructor(markets: readonly VenueMarket[], definition: StreamDefinition | null) {
    super(markets);
    this.streams = new Streams(definition, this);
  }

  /** Sends the current candle, which is still forming, to its subscribers. A gap in the candle source sends nothing. */
  pushCandle(symbol: string, timeframe: string): void {
    this.#pushCandle(symbol, timeframe, false);
  }

  /** Sends the candle before it in its final state, as the exchange does when a candle closes. */
  pushClosedCandle(symbol: string, timeframe: string): void {
    this.#pushCandle(symbol, timeframe, true);
  }

  /** Sends a liquidation to its subscribers. */
  liquidate(symbol: string, liquidation: VenueLiquidation): void {
    const market = this.markets.find((candidate) => candidate.symbol === symbol);
    if (market === undefined) throw new RangeError(`the venue lists no market ${symbol}`);
    this.emit({ kind: 'liquidation', market, liquidation });
  }

  /** Sends every socket what keeps it alive at the exchange: a message or a ping frame. */
  heartbeat(): void {
    const message = this.streams.definition?.heartbeat ?? null;
    for (const socket of this.streams.sockets) {
      if (message === null) socket.ping();
      else socket.send(message);
    }
  }

  /** WebSockets that are open now. */
  get streamSockets(): number {
    return this.streams.sockets.size;
  }

  /** The number of WebSockets that have been opened. */
  get dials(): number {
    return this.streams.dials;
  }

  /** The number of handshakes that were received, including refused and unanswered ones. */
  get handshakes(): number {
    return this.streams.handshakes;
  }

  /** The subscriptions of the open sockets, by the exchange's own names: one entry for each socket and stream. */
  get subscriptions(): readonly string[] {
    return [...this.streams.sockets].flatMap(({ topics }) => topics.map(({ name }) => name));
  }

  /**
   * Every subscribe and unsubscribe message since the start or the last `reset()`, oldest first, including refused
   * ones.
   */
  get streamRequests(): readonly StreamRequest[] {
    return this.streams.requests;
  }

  /** Ends every socket's TCP connection without a close frame. */
  dropStreams(): void {
    this.streams.drop(false);
  }

  /** The same in the middle of a data frame. */
  dropMidFrame(): void {
    this.streams.drop(true);
  }

  /** Closes every socket properly, with a close frame. */
  closeStreams(code: number): void {
    for (const socket of this.streams.sockets) socket.close(code);
  }

  /**
   * From now on, sockets get no data, for one symbol or at all; this includes later sockets. They stay open, and pings
   * and subscriptions are answered. What happens meanwhile is not sent later.
   */
  silence(symbol?: string): void {
    if (symbol === undefined) this.streams.silent = true;
    else this.streams.silenced.add(symbol);
  }

  /** Undoes `silence`: for the symbol, or every one. */
  speak(symbol?: string): void {
    if (symbol === undefined) {
      this.streams.silent = false;
      this.streams.silenced.clear();
    } else this.streams.silenced.delete(symbol);
  }

  /** From now on handshakes are answered with HTTP 503; open sockets stay. */
  refuseStreams(): void {
    this.streams.handshake = 'refuse';
  }

  /** From now on handshakes are not answered; open sockets stay. */
  hangStreams(): void {
    this.streams.handshake = 'hang';
  }

  /** New handshakes succeed again. Those that hang continue to hang until their client gives up, or until `close()`. */
  acceptStreams(): void {
    this.streams.handshake = 'accept';
  }

  /** From now on a subscription to the symbol is answered with the exchange's own error; existing ones stay. */
  refuseSubscription(symbol: string): void {
    this.streams.refused.add(symbol);
  }

  /** Undoes `refuseSubscription`. */
  acceptSubscription(symbol: string): void {
    this.streams.refused.delete(symbol);
  }

  /** From now on messages are answered this late, in ms. */
  delayStreams(delayMs: number): void {
    this.streams.delayMs = delayMs;
  }

  /** From now on a message that subscribes to more topics than this is refused; Binance only. */
  limitTopics(maxTopics: number): void {
    this.streams.maxTopics = maxTopics;
  }

  /** Sends every socket a message unchanged. */
  sendMessage(message: unknown): void {
    for (const socket of this.streams.sockets) socket.send(message);
  }

  /** Sends every socket an invalid message, even if it is silenced. */
  sendGarbage(kind: Garbage): void {
    this.streams.sendGarbage(kind);
  }

  protected override emit(event: VenueEvent): void {
    this.streams.push(event);
  }

  #pushCandle(symbol: string, timeframe: string, closed: boolean): void {
    const market = this.markets.find((candidate) => candidate.symbol === symbol);
    if (market === undefined) throw new RangeError(`the venue lists no market ${symbol}`);
    const interval = this.streams.definition?.interval(symbol, timeframe) ?? null;
    if (interval === null) throw new RangeError(`the venue streams no candles of ${timeframe}`);
    const { period } = interval;
    const current = period.start(this.now);
    const timestamp = closed ? period.after(current, -1) : current;
    const found = this.candle(symbol, interval.timeframe, timestamp);
    if (found === null) return;
    const candle = { ...found, timestamp, end: period.after(timestamp, 1) };
    this.emit({ kind: 'candle', market, timeframe: interval.timeframe, candle, closed });
  }
}
