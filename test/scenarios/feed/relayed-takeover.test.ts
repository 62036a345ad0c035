import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { namings } from '../../support/feed/failing-exchange.ts';
import { TwoInstances } from '../../support/feed/two-instances.ts';

const symbol = 'BTC/USDT';
const market = { exchange: 'kraken', symbol };
const minute = 60_000;

type Step =
  | { readonly kind: 'trade' | 'takeOver' | 'handBack' | 'lose' | 'drop' | 'fail' | 'recover' }
  | { readonly kind: 'pass'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('trade' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(['takeOver', 'handBack', 'lose', 'drop', 'fail', 'recover', 'recover'] as const)),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 300, 1000, 2500, 20_000) }),
  },
);

/** An exchange of one market on two instances, of which the second one becomes the owner and stops being it. */
class Takeovers {
  readonly instances = new TwoInstances();
  readonly other = this.instances.add();
  readonly trades: Trade[] = [];
  readonly fetched: Trade[] = [];
  readonly #naming: (trade: Trade) => Trade;
  readonly candles: Candle[] = [];
  readonly #kind: 'trades' | 'candles';
  readonly #isStreamed: boolean;
  /** The connections that have not sent anything yet, of either instance. */
  readonly #isNew = { owner: true, other: true };
  #isOwned = true;
  #failingSince: number | null = null;

  /** `naming` makes what calls answer of a trade of the stream. */
  constructor(kind: 'trades' | 'candles', isStreamed: boolean, naming = (trade: Trade): Trade => trade) {
    this.#naming = naming;
    this.#kind = kind;
    this.#isStreamed = isStreamed;
    this.instances.owner.port.setTrades(this.fetched);
    this.instances.owner.port.setCandles(this.candles);
    if (!isStreamed) return;
    this.instances.owner.streams.offer(kind);
    this.other.own.offer(kind);
  }

  async run(each: Step): Promise<void> {
    const { owner, relay } = this.instances;
    switch (each.kind) {
      case 'trade':
        return this.#trade();
      case 'takeOver':
        if (!this.#isOwned) return;
        this.#isOwned = false;
        this.#isNew.other = true;
        return this.other.switchTo('exchange');
      case 'handBack':
        if (this.#isOwned) return;
        this.#isOwned = true;
        return this.other.switchTo('owner');
      case 'lose':
        if (this.#isOwned) this.other.streams.switchTo(relay.streams);
        return;
      case 'drop':
        this.#isNew.owner = true;
        return owner.streams.interrupt(this.#kind, symbol);
      case 'fail':
        this.#failingSince ??= owner.clock.now();
        return owner.port.fail(new MarketDataError('TIMEOUT', 'down'));
      case 'recover':
        return this.#recover();
      case 'pass':
        // The feeds give up what an exchange fails to return for a minute.
        if (this.#failingSince !== null && owner.clock.now() + each.ms - this.#failingSince > minute / 2)
          this.#recover();
        await owner.clock.advance(each.ms);
    }
  }

  #recover(): void {
    this.#failingSince = null;
    this.instances.owner.port.fail(null);
  }

  #trade(): void {
    const { clock } = this.instances.owner;
    const number = this.trades.length + 1;
    const values = { price: 1, amount: 1, cost: 1, side: 'buy' } as const;
    const trade = { ...market, id: `${number}`, timestamp: clock.now(), ...values, price: number };
    this.trades.push(trade);
    this.fetched.push(this.#naming(trade));
    const timestamp = clock.now() - (clock.now() % minute);
    const before = this.candles.at(-1);
    const isSame = before?.timestamp === timestamp;
    const volume = isSame ? before.volume + 1 : 1;
    if (isSame) this.candles.pop();
    this.candles.push({ timestamp, open: 1, high: 1, low: 1, close: 1, volume, closed: false });
    if (!this.#isStreamed) return;
    for (const [instance, streams] of [
      ['owner', this.instances.owner.streams],
      ['other', this.other.own],
    ] as const) {
      const isFirst = this.#isNew[instance];
      this.#isNew[instance] = false;
      if (this.#kind === 'trades') streams.push('trades', symbol, this.trades.slice(-1), isFirst);
      else streams.push('candles', symbol, this.candles.slice(-1), isFirst);
    }
  }

  /** Everything works, and enough time passes for all events to be sent. */
  async settle(): Promise<void> {
    this.#recover();
    await this.instances.owner.clock.advance(3 * minute);
    this.#trade();
    await this.instances.owner.clock.advance(3 * minute);
  }
}

const steps = fc.array(step, { maxLength: 40, size: 'max' });

describe('while the owner changes again and again', () => {
  test.each([...Object.keys(namings).map((ids) => ({ ids, how: 'streamed' })), { ids: 'the same ids', how: 'polled' }])(
    'each trade is sent once and in order: $how, and calls have $ids',
    async ({ ids, how }) => {
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const model = new Takeovers('trades', how === 'streamed', namings[ids]);
          const { instances, other } = model;
          const reader = instances.follow(other.feeds.trades('kraken', symbol), (value) =>
            value instanceof MarketDataError ? value.code : value.map(({ price }) => price).join(),
          );
          await instances.owner.clock.advance(3000);
          for (const each of all) await model.run(each);
          await model.settle();
          expect(reader.texts.join().split(',')).toEqual(model.trades.map(({ price }) => `${price}`));
          await instances.leaveNothing();
        }),
        { numRuns: 40 },
      );
    },
  );

  test.each(['streamed', 'polled'])(
    'each candle is closed once, with its last values, and none is left out: %s',
    async (how) => {
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const model = new Takeovers('candles', how === 'streamed');
          const { instances, other } = model;
          const reader = instances.follow(other.feeds.candles('kraken', symbol, '1m'), (value) =>
            value instanceof MarketDataError
              ? value.code
              : `${value.timestamp} ${value.volume}${value.closed ? ' closed' : ''}`,
          );
          await instances.owner.clock.advance(3000);
          for (const each of all) await model.run(each);
          await model.settle();
          expect(reader.texts.filter((text) => text.endsWith('closed'))).toEqual(
            model.candles.map(({ timestamp, volume }) => `${timestamp} ${volume} closed`),
          );
          expect(reader.ended).toBe(false);
          await instances.leaveNothing();
        }),
        { numRuns: 40 },
      );
    },
  );
});
