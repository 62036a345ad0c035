import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { type Dice, generated } from '../../fuzz/dice.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { lingerMs, nothing } from '../../support/feed/live-feeds.ts';
import {
  type AloneOperation,
  FanoutScene,
  RecordedSubscription,
  type SceneOperation,
} from '../../support/server/fanout-scene.ts';

const symbols = ['A/USDT', 'B/USDT', 'C/USDT', 'D/USDT'];
const selections = ['symbol last', 'last', 'symbol bid stale', 'last bid receivedAt', 'symbol market { base }'];
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const gone = new MarketDataError('SYMBOL_NOT_FOUND', 'gone');

const exchanges = ['kraken', 'binance'];

/** Different for each market, so that a payload shows its market even if the symbol is not selected. */
const lastOf = (symbol: string, exchange = 'kraken'): number =>
  10 * symbols.indexOf(symbol) + 1000 * exchanges.indexOf(exchange);

type Step =
  | { readonly type: 'join'; readonly operation: SceneOperation; readonly isFull: boolean }
  | { readonly type: 'leave' | 'drain'; readonly at: number }
  | {
      readonly type: 'tick';
      readonly exchange: string;
      readonly symbol: string;
      readonly last: number;
      readonly bid: number;
    }
  | { readonly type: 'delist' | 'list'; readonly symbol: string }
  | { readonly type: 'fail' | 'recover' | 'wait' };

/** A random operation: lists and other arguments as variables or literals, in one part or with fragments. */
function toOperation({ pick, chance, many }: Dice): SceneOperation {
  const list = many(1, 4, () => pick(chance(5) ? ['NO/PE'] : symbols));
  const scope = pick(['', 'b']);
  const alias = pick(['', '', 'a: ', 'b: ']);
  const fields = pick(selections);
  const selection = chance(30) ? `symbol @skip(if: $skip) ${fields}` : fields;
  const body = chance(30) ? '...F' : selection;
  const fragment = body === '...F' ? ` fragment F on Ticker { ${selection} }` : '';
  const skip = chance(50);
  const skips = selection.includes('$skip');
  const layout = pick([' ', '\n  ']);
  if (chance(20)) {
    const [symbol = ''] = list;
    const query = `subscription${skips ? '($skip: Boolean!)' : ''}${layout}{ ${alias}tickerUpdated(exchange: "kraken", symbol: "${symbol}") { ${body} } }${fragment}`;
    return { query, variables: { skip }, scope };
  }
  const isVariable = chance(50);
  if (chance(40)) {
    // The same symbol can be in the list twice, once for each exchange.
    const markets = list.map((symbol) => ({ exchange: pick(exchanges), symbol }));
    const literal = markets.map(({ exchange, symbol }) => `{exchange: "${exchange}", symbol: "${symbol}"}`).join(' ');
    const query = `subscription${isVariable ? '($m: [MarketInput!]!)' : ''}${layout}{ ${alias}watchlistUpdated(markets: ${isVariable ? '$m' : `[${literal}]`}${chance(50) ? ', skipUnknown: true' : ''}) { exchange { id } ${fields} } }`;
    return { query, variables: { m: markets }, scope };
  }
  const skipUnknown = pick([
    '',
    ', skipUnknown: true',
    ', skipUnknown: false',
    ...(skips ? [', skipUnknown: $skip'] : []),
  ]);
  const declared = [...(isVariable ? ['$s: [String!]!'] : []), ...(skips ? ['$skip: Boolean!'] : [])];
  const header = declared.length > 0 ? `(${declared.join(', ')})` : '';
  const given = isVariable ? '$s' : JSON.stringify(list);
  const query = `subscription${header}${layout}{ ${alias}tickersUpdated(exchange: "kraken", symbols: ${given}${skipUnknown}) { ${body} } }${fragment}`;
  return { query, variables: { s: list, skip }, scope };
}

function toStep(dice: Dice): Step {
  const { int, pick, chance } = dice;
  const symbol = pick(symbols);
  const exchange = pick(exchanges);
  if (chance(50)) return { type: 'tick', exchange, symbol, last: lastOf(symbol, exchange) + int(0, 2), bid: int(1, 2) };
  if (chance(50)) return { type: 'join', operation: toOperation(dice), isFull: chance(15) };
  if (chance(50)) return { type: pick(['leave', 'drain']), at: int(0, 20) };
  if (chance(30)) return { type: pick(['delist', 'list']), symbol };
  return { type: pick(['fail', 'recover', 'wait']) };
}

interface Pair {
  readonly shared: RecordedSubscription;
  readonly alone: AloneOperation;
  readonly wasFull: boolean;
}

let scene: FanoutScene;
let pairs: Pair[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

async function play(step: Step): Promise<void> {
  const { live } = scene;
  if (step.type === 'tick') {
    const { exchange, symbol, last, bid } = step;
    const receivedAt = live.clock.now();
    const ticker = tickerOf({ exchange, symbol, last, bid, receivedAt, source: 'STREAM' });
    live.streams.push('ticker', symbol, ticker, false, exchange);
  } else if (step.type === 'join') {
    const [shared, alone] = await withTime(
      Promise.all([scene.subscribe(step.operation), scene.execute(step.operation)]),
    );
    expect(shared instanceof RecordedSubscription).toBe(alone !== null);
    if (!(shared instanceof RecordedSubscription) || !alone) return;
    shared.isFull = step.isFull;
    pairs.push({ shared, alone, wasFull: step.isFull });
  } else if (step.type === 'leave') {
    const pair = pairs[step.at];
    pair?.shared.end();
    await pair?.alone.leave();
  } else if (step.type === 'drain') {
    const pair = pairs[step.at];
    if (pair) pair.shared.isFull = false;
  } else if (step.type === 'delist' || step.type === 'list') {
    for (const exchange of exchanges) {
      live.port.set(step.symbol, step.type === 'list' ? { last: lastOf(step.symbol, exchange) } : gone, exchange);
    }
    if (step.type === 'delist') live.streams.interrupt('ticker', step.symbol);
  } else if (step.type === 'fail') {
    live.port.fail(down);
    for (const symbol of symbols) live.streams.interrupt('ticker', symbol);
  } else if (step.type === 'recover') live.port.fail(null);
  await live.clock.advance(1000);
  vi.advanceTimersByTime(50);
  await settle();
}

/** Lets time pass until the promise is settled. */
async function withTime<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  void promise.finally(() => {
    isSettled = true;
  });
  for (let waited = 0; waited < 20; waited++) {
    await settle();
    if (isSettled) break;
    await scene.live.clock.advance(1000);
  }
  return promise;
}

/** The payloads of each market in their order. Markets come in any order. Those that it never received alone are apart. */
function byMarket({ shared, alone }: Pair): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const text of withoutPlaces(shared.seen)) {
    const key = alone.seen.find((event) => withoutPlaces([event.text])[0] === text)?.key ?? 'never alone';
    found[key] = [...(found[key] ?? []), text];
  }
  return found;
}

function aloneByMarket({ alone }: Pair): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const { key, text } of alone.seen) found[key] = [...(found[key] ?? []), ...withoutPlaces([text])];
  return found;
}

/** True if all items of the part are in the whole, in the same order. */
function isPart(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const text of part) {
    at = whole.indexOf(text, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

const newestOf = (events: Readonly<Record<string, readonly string[]>>): object =>
  Object.fromEntries(Object.entries(events).map(([key, texts]) => [key, texts.at(-1)]));

test('each subscription receives what it would have received alone, whatever it shares', {
  timeout: 120_000,
}, async () => {
  const cases = generated(({ many, ...dice }) => many(10, 40, () => toStep({ many, ...dice })));
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(cases, async (steps) => {
      scene = new FanoutScene();
      pairs = [];
      scene.live.streams.offer('ticker');
      for (const exchange of exchanges)
        for (const symbol of symbols) scene.live.port.set(symbol, { last: lastOf(symbol, exchange) }, exchange);
      for (const step of steps) await play(step);
      for (const { shared } of pairs) shared.isFull = false;
      vi.advanceTimersByTime(50);
      await settle();
      for (const pair of pairs) {
        const [seen, expected] = [byMarket(pair), aloneByMarket(pair)];
        if (!pair.wasFull) expect(seen).toEqual(expected);
        else if (!pair.shared.hasEnded) expect(newestOf(seen)).toEqual(newestOf(expected));
        for (const [key, texts] of Object.entries(seen)) expect(isPart(texts, expected[key] ?? [])).toBe(true);
        compared += pair.shared.seen.length;
      }
      for (const { shared, alone } of pairs) {
        shared.end();
        await alone.leave();
      }
      await scene.live.clock.advance(lingerMs);
      expect(scene.live.feeds.counts).toEqual(nothing);
      const { groupCount, payloadCount, subscriptionCount } = scene.fanout;
      expect([groupCount, payloadCount, subscriptionCount]).toEqual([0, 0, 0]);
      expect([scene.live.clock.pending, vi.getTimerCount()]).toEqual([0, 0]);
      expect(scene.reported).toEqual([]);
    }),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(300);
});

/** Positions of errors are those of the first document with the payload, because layout is not part of the key. */
function withoutPlaces(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.replaceAll(/"locations":\[[^\]]*\],?/g, ''));
}
