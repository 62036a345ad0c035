import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Answer, MarketSearch } from '../../../web/src/search/market-search.ts';

/** A question that has been asked, and how the test answers it. */
interface Question {
  readonly exchange: string;
  readonly text: string;
  readonly answer: (symbol: string) => void;
  isCancelled: boolean;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function create() {
  const questions: Question[] = [];
  const search = new MarketSearch((exchange, { text }, onAnswer) => {
    const toAnswer = (symbol: string): Answer => {
      return {
        exchange,
        markets: [{ symbol, type: 'SPOT', base: '', quote: '', active: true }],
        totalCount: 1,
        failure: null,
      };
    };
    const question = { exchange, text, answer: (symbol: string) => onAnswer(toAnswer(symbol)), isCancelled: false };
    questions.push(question);
    return () => {
      question.isCancelled = true;
    };
  });
  const symbols = (): readonly string[] =>
    search.results
      .get()
      .answers.flatMap(({ exchange, markets }) => markets.map(({ symbol }) => `${exchange}:${symbol}`));
  const type = (text: string, exchanges: readonly string[] = ['sim']): void =>
    search.search({ text, type: null, preferredQuote: null, exchanges });
  return { search, questions, symbols, type };
}

/** The time that each part of a search takes at most. */
const longMs = 1000;

test('it asks once for what was typed in one go', () => {
  const { questions, type } = create();
  for (const text of ['b', 'bt', 'btc']) {
    type(text);
    vi.advanceTimersByTime(50);
  }
  vi.advanceTimersByTime(longMs);
  expect(questions.map(({ text }) => text)).toEqual(['btc']);
});

test('answers to an earlier text are given up, and the earlier results stay, as old ones, until new ones come', () => {
  const { search, questions, symbols, type } = create();
  type('btc');
  vi.advanceTimersByTime(longMs);
  questions[0]?.answer('BTC/USDT');
  expect(search.results.get()).toMatchObject({ isCurrent: true, waiting: [] });
  type('eth');
  vi.advanceTimersByTime(longMs);
  type('sol');
  expect(questions.map(({ isCancelled }) => isCancelled)).toEqual([true, true]);
  expect(symbols()).toEqual([]);
  vi.advanceTimersByTime(longMs);
  questions[2]?.answer('SOL/USDT');
  expect(symbols()).toEqual(['sim:SOL/USDT']);
});

test('results of an earlier text stay until the first answers to the new one', () => {
  const { search, questions, symbols, type } = create();
  type('btc');
  vi.advanceTimersByTime(longMs);
  questions[0]?.answer('BTC/USDT');
  type('eth');
  vi.advanceTimersByTime(160);
  expect(symbols()).toEqual(['sim:BTC/USDT']);
  expect(search.results.get()).toMatchObject({ isCurrent: false, waiting: ['sim'] });
  questions[1]?.answer('ETH/USDT');
  expect(symbols()).toEqual(['sim:ETH/USDT']);
  expect(search.results.get()).toMatchObject({ isCurrent: true, waiting: [] });
});

test('answers are in the order of the exchanges; one that is late comes below, so that nothing moves', () => {
  const { search, questions, symbols, type } = create();
  type('btc', ['slow', 'sim', 'kraken']);
  vi.advanceTimersByTime(160);
  questions[2]?.answer('BTC/USD');
  questions[1]?.answer('BTC/USDT');
  expect(symbols()).toEqual([]);
  vi.advanceTimersByTime(longMs);
  expect(symbols()).toEqual(['sim:BTC/USDT', 'kraken:BTC/USD']);
  expect(search.results.get().waiting).toEqual(['slow']);
  questions[0]?.answer('BTC/EUR');
  expect(symbols()).toEqual(['sim:BTC/USDT', 'kraken:BTC/USD', 'slow:BTC/EUR']);
  expect(search.results.get().waiting).toEqual([]);
});

test('without a text, or without an exchange, nothing is asked and nothing is awaited', () => {
  const { search, questions, type } = create();
  type('btc');
  type('');
  expect(search.results.get()).toEqual({ answers: [], isCurrent: true, waiting: [] });
  type('btc', []);
  vi.advanceTimersByTime(longMs);
  expect(search.results.get()).toEqual({ answers: [], isCurrent: true, waiting: [] });
  expect(questions).toEqual([]);
});

test('after its end nothing is asked', () => {
  const { search, questions, type } = create();
  type('btc');
  search.stop();
  vi.advanceTimersByTime(longMs);
  expect(questions).toEqual([]);
});
