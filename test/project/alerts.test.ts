import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkRules, hasPromtool, testRules } from '../support/programs/promtool.ts';

const alerts = new URL('../../ops/alerts.yaml', import.meta.url).pathname;

const instance = 'a:4000';
const requests =
  'tickql_requests_total{instance="a:4000",transport="http",operation="ticker",code="INTERNAL_SERVER_ERROR"}';
const errors = 'tickql_internal_errors_total{instance="a:4000"}';
const dropped = 'tickql_log_lines_dropped_total{instance="a:4000"}';
const up = 'up{instance="a:4000",job="tickql"}';
const startedAt = 'process_start_time_seconds{instance="a:4000",job="tickql"}';
const circuit = 'tickql_circuit_state{instance="a:4000",exchange="kraken",host="h",state="open"}';
const unlisted = 'tickql_unlisted_kinds{instance="a:4000",exchange="kraken"}';
const age = 'tickql_feed_age_seconds{instance="a:4000",exchange="kraken",kind="tickers"}';
const stale = 'tickql_stale_feeds{instance="a:4000",exchange="kraken"}';
const p99 = 'tickql_event_loop_lag_seconds{instance="a:4000",statistic="p99"}';
const max = 'tickql_event_loop_lag_seconds{instance="a:4000",statistic="max"}';
const alone = 'tickql_cluster_state{instance="a:4000",state="alone"}';
const unreachable = 'tickql_cluster_requests_total{instance="a:4000",method="tickers",outcome="unreachable"}';
/** Live values that arrive within 3 ms, within 0.3 s, within a second, and at all. */
const arrivals = ['0.003', '0.3', '1', '+Inf'].map(
  (le) => `tickql_cluster_value_age_seconds_bucket{instance="a:4000",kind="ticker",le="${le}"}`,
);

interface Case {
  readonly alert: string;
  readonly what: string;
  /** By series, its values at intervals in promtool's notation: `_` is no sample, `stale` that the series has ended, `0x4` is 0 and four more of it. */
  readonly series: Readonly<Record<string, string>>;
  /** Minutes at which the alert fires, and at which it does not. */
  readonly fires?: readonly number[];
  readonly silent?: readonly number[];
  /** How often is scraped, in s. */
  readonly every?: number;
}

/** Thirty minutes and more of the same, at four scrapes a minute. */
const on = 'x160';

const cases: readonly Case[] = [
  { alert: 'TickQLDown', what: 'at rest', series: { [up]: `1${on}` }, silent: [1, 5, 30] },
  { alert: 'TickQLDown', what: 'a missed scrape', series: { [up]: '1x20 0 1x100' }, silent: [5, 6, 7, 10] },
  { alert: 'TickQLDown', what: 'down, then up', series: { [up]: '1x20 0x40 1x60' }, silent: [5, 20], fires: [7, 10] },
  { alert: 'TickQLDown', what: 'down from the start', series: { [up]: `0${on}` }, fires: [2, 30] },
  { alert: 'TickQLDown', what: 'no target of that name', series: {}, fires: [2, 30] },
  {
    alert: 'TickQLDown',
    what: 'a target that vanishes, and another job',
    series: { [up]: '1x20 _x100', 'up{instance="b",job="other"}': `1${on}` },
    silent: [4],
    fires: [15, 25],
  },
  {
    alert: 'TickQLUnsteady',
    what: 'one restart',
    series: { [up]: `1x20 0x2 1${on}`, [startedAt]: '0x20 _x2 300x100' },
    silent: [4, 6, 20],
  },
  { alert: 'TickQLUnsteady', what: 'down for long', series: { [up]: `1x20 0${on}` }, silent: [6, 20, 30] },
  {
    alert: 'TickQLUnsteady',
    what: 'restarts so quick that no scrape fails',
    series: { [up]: `1${on}`, [startedAt]: '0x8 120x8 240x8 360x100' },
    silent: [5],
    fires: [7, 15],
  },
  {
    alert: 'TickQLUnsteady',
    what: 'a target that comes and goes, and then stays',
    series: { [up]: '1x3 0x1 1x3 0x1 1x3 0x1 1x120' },
    silent: [1, 25],
    fires: [4, 10],
  },
  { alert: 'TickQLExchangeLeftAlone', what: 'at rest', series: { [circuit]: `0${on}` }, silent: [5, 30] },
  {
    alert: 'TickQLExchangeLeftAlone',
    what: 'open for a moment',
    series: { [circuit]: '0x8 1x3 0x100' },
    silent: [3, 6, 10],
  },
  {
    alert: 'TickQLExchangeLeftAlone',
    what: 'open, but for its probes, from its first sample on',
    series: { [circuit]: '_x8 1x3 0x1 1x3 0x1 1x3 0x1 1x3 0x1 1x3 0x60' },
    silent: [3, 15],
    fires: [6, 7],
  },
  {
    alert: 'TickQLExchangeLeftAlone',
    what: 'open at one scrape of two, each a minute after the other',
    every: 60,
    series: { [circuit]: '0 1 0 1 0 1 0 1 0 1 0 0x20' },
    fires: [6, 9],
    silent: [2, 20],
  },
  { alert: 'TickQLMarketsMissing', what: 'at rest', series: { [unlisted]: `0${on}` }, silent: [6, 30] },
  { alert: 'TickQLMarketsMissing', what: 'soon listed', series: { [unlisted]: '_x4 1x10 0x100' }, silent: [3, 8, 20] },
  {
    alert: 'TickQLMarketsMissing',
    what: 'missing for long',
    series: { [unlisted]: '_x4 1x60 0x60' },
    fires: [7, 15],
    silent: [5, 20],
  },
  { alert: 'TickQLLiveDataOld', what: 'at rest', series: { [age]: `1 3 0 8 2 0 15${on}` }, silent: [6, 30] },
  {
    alert: 'TickQLLiveDataOld',
    what: 'trades may be old',
    series: { [age.replace('tickers', 'trades')]: `900${on}` },
    silent: [6, 30],
  },
  {
    alert: 'TickQLLiveDataOld',
    what: 'funding rates are some minutes old',
    series: { [age.replace('tickers', 'funding_rates')]: `300${on}` },
    silent: [6, 30],
  },
  {
    alert: 'TickQLLiveDataOld',
    what: 'no funding rates come',
    series: { [age.replace('tickers', 'funding_rates')]: '0+15x200' },
    silent: [14],
    fires: [17],
  },
  {
    alert: 'TickQLLiveDataOld',
    what: 'nothing comes, until it does',
    series: { [age]: '0+15x60 0x60' },
    silent: [6, 16],
    fires: [8, 15],
  },
  {
    alert: 'TickQLLiveDataOld',
    what: 'nobody listens any more',
    series: { [age]: '0+15x60 stale' },
    fires: [14],
    silent: [20],
  },
  { alert: 'TickQLLiveDataStale', what: 'at rest', series: { [stale]: `0${on}` }, silent: [6, 30] },
  { alert: 'TickQLLiveDataStale', what: 'a single failure', series: { [stale]: '0x20 5x2 0x100' }, silent: [6, 8, 12] },
  {
    alert: 'TickQLLiveDataStale',
    what: 'an outage',
    series: { [stale]: '0x20 5x60 0x60' },
    fires: [11, 20],
    silent: [6, 25],
  },
  {
    alert: 'TickQLLiveDataStale',
    what: 'an exchange that fails every other time',
    series: { [stale]: `${'0 5 '.repeat(60)}0x60` },
    fires: [6, 20],
    silent: [2, 34],
  },
  { alert: 'TickQLInstanceAlone', what: 'at rest', series: { [alone]: `0${on}` }, silent: [2, 30] },
  {
    alert: 'TickQLInstanceAlone',
    what: 'a restart of Redis',
    series: { [alone]: '0x20 1x2 0x100' },
    silent: [5, 6, 8],
  },
  {
    alert: 'TickQLInstanceAlone',
    what: 'Redis is down, then up',
    series: { [alone]: '0x20 1x40 0x60' },
    silent: [5, 17],
    fires: [7, 14],
  },
  { alert: 'TickQLOwnerUnreachable', what: 'at rest', series: { [unreachable]: `7${on}` }, silent: [2, 30] },
  {
    alert: 'TickQLOwnerUnreachable',
    what: 'a takeover',
    series: { [unreachable]: '0x20 40 90x100' },
    silent: [5, 6, 8],
  },
  {
    alert: 'TickQLOwnerUnreachable',
    what: 'nobody takes over',
    series: { [unreachable]: '0x20 5+5x40 205x60' },
    silent: [5, 19],
    fires: [8, 14],
  },
  {
    alert: 'TickQLRemoteValuesOld',
    what: 'at rest',
    series: Object.fromEntries(arrivals.map((each) => [each, '0+100x160'])),
    silent: [7, 30],
  },
  {
    alert: 'TickQLRemoteValuesOld',
    what: 'half of them come late',
    series: Object.fromEntries(arrivals.map((each, index) => [each, index < 2 ? '0+50x160' : '0+100x160'])),
    silent: [4],
    fires: [8, 30],
  },
  { alert: 'TickQLEventLoopLate', what: 'at rest', series: { [p99]: `0.02${on}` }, silent: [6, 30] },
  { alert: 'TickQLEventLoopLate', what: 'late for a minute', series: { [p99]: '0x8 0.4x4 0x100' }, silent: [3, 6, 10] },
  {
    alert: 'TickQLEventLoopLate',
    what: 'late for long',
    series: { [p99]: '0.4x60 0x60' },
    fires: [6, 15],
    silent: [3, 17],
  },
  { alert: 'TickQLEventLoopBlocked', what: 'at rest', series: { [max]: `0.1${on}` }, silent: [6, 30] },
  {
    alert: 'TickQLEventLoopBlocked',
    what: 'one long pause',
    series: { [max]: `0x20 4 0${on}` },
    silent: [4, 17],
    fires: [6, 14],
  },

  {
    alert: 'TickQLErrors',
    what: 'at rest',
    series: { [errors]: `0${on}`, [startedAt]: `0${on}`, [up]: `1${on}` },
    silent: [1, 10, 30],
  },
  {
    alert: 'TickQLErrors',
    what: 'errors of clients',
    series: { [requests.replace('INTERNAL_SERVER_ERROR', 'BAD_USER_INPUT')]: '_x8 50+100x100' },
    silent: [3, 20],
  },
  { alert: 'TickQLErrors', what: 'one error', series: { [errors]: `0x20 1${on}` }, silent: [4, 20], fires: [6, 14] },
  {
    alert: 'TickQLErrors',
    what: '1,000 between two scrapes',
    series: { [errors]: `0x20 1000${on}` },
    silent: [4, 20],
    fires: [6, 14],
  },
  {
    alert: 'TickQLErrors',
    what: '1,000 between two scrapes a minute apart',
    every: 60,
    series: { [requests]: '7x10 1007x40', [up]: '1x60', [startedAt]: '-9000x60' },
    silent: [9, 25],
    fires: [12, 19],
  },
  {
    alert: 'TickQLErrors',
    what: 'the first 50 of a series',
    series: { [requests]: `_x20 50${on}` },
    silent: [4, 20],
    fires: [6, 14],
  },
  {
    alert: 'TickQLErrors',
    what: 'the first 50 of a series, of a server that has run for long',
    series: { [requests]: `_x80 50${on}`, [up]: `1${on}`, [startedAt]: `-9000${on}` },
    silent: [19, 35],
    fires: [21, 29],
  },
  {
    alert: 'TickQLErrors',
    what: 'the first errors of a process that is scraped for the first time after them',
    series: { [errors]: `_x80 50${on}`, [startedAt]: `_x80 1190${on}`, [up]: `_x80 1${on}` },
    silent: [19, 32],
    fires: [21, 29],
  },
  {
    alert: 'TickQLErrors',
    what: 'as many after a restart as before it',
    series: { [errors]: `0x20 5x60 _x4 5${on}`, [startedAt]: `-9000x80 _x4 1265${on}`, [up]: `1x80 0x4 1${on}` },
    fires: [6, 22, 29],
    silent: [18, 33],
  },
  {
    alert: 'TickQLErrors',
    what: 'as many of a field after a restart as before it, though they are not the first requests',
    series: { [requests]: `5x40 stale _x39 5${on}`, [startedAt]: `-9000x40 700${on}`, [up]: `1${on}` },
    silent: [18, 32],
    fires: [21, 28],
  },
  {
    alert: 'TickQLErrors',
    what: 'none after a restart',
    series: { [errors]: `5x40 _x4 0${on}`, [startedAt]: `-9000x40 _x4 655${on}` },
    silent: [5, 12, 25],
  },
  {
    alert: 'TickQLErrors',
    what: 'a drip each four minutes, until it stops',
    series: { [errors]: '0x15 1x15 2x15 3x15 4x15 5x120' },
    fires: [5, 7.75, 8, 11.75, 15, 23, 29],
    silent: [3, 31],
  },
  {
    alert: 'TickQLErrors',
    what: 'old errors of a server that could not be reached for a while',
    series: {
      [requests]: `3x80 _x40 3${on}`,
      [errors]: `3x80 _x40 3${on}`,
      [startedAt]: `-9000x80 _x40 -9000${on}`,
      [up]: `1x80 0x40 1${on}`,
    },
    silent: [15, 25, 31, 33, 39, 45],
  },
  {
    alert: 'TickQLErrors',
    what: 'old errors of a server while Prometheus itself was away',
    series: {
      [requests]: `3x80 _x40 3${on}`,
      [startedAt]: `-9000x80 _x40 -9000${on}`,
      [up]: `1x80 _x40 1${on}`,
    },
    silent: [15, 25, 31, 33, 39, 45],
  },
  { alert: 'TickQLLogLinesDropped', what: 'at rest', series: { [dropped]: `0${on}` }, silent: [1, 30] },
  {
    alert: 'TickQLLogLinesDropped',
    what: 'a burst',
    series: { [dropped]: `0x20 4000${on}` },
    silent: [4, 20],
    fires: [6, 14],
  },
  {
    alert: 'TickQLLogLinesDropped',
    what: 'lines of a young process',
    series: { [dropped]: `_x20 4000${on}`, [startedAt]: `_x20 290${on}` },
    silent: [4, 20],
    fires: [6, 14],
  },
];

/** A test of promtool. */
function toTest({ alert, series, fires = [], silent = [], every = 15 }: Case): object {
  const expr = `count(ALERTS{alertname="${alert}",alertstate="firing"})`;
  const at = (minutes: readonly number[], exp_samples: readonly object[]) =>
    minutes.map((minute) => ({ expr, eval_time: `${minute * 60}s`, exp_samples }));
  const promql_expr_test = [...at(silent, []), ...at(fires, [{ labels: '{}', value: 1 }])];
  return toFile(`${every}s`, series, { promql_expr_test });
}

function toFile(interval: string, series: Case['series'], expected: object): object {
  const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  return {
    rule_files: [alerts],
    evaluation_interval: interval,
    tests: [{ interval, input_series, ...expected }],
  };
}

interface NamedCase {
  readonly series: Case['series'];
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

const namedCases: readonly NamedCase[] = [
  {
    series: { [up]: `0${on}` },
    labels: { instance, job: 'tickql' },
    summary: `${instance} does not answer Prometheus.`,
  },
  { series: {}, labels: { job: 'tickql' }, summary: 'TickQL does not answer Prometheus.' },
];

function toNamedTest({ series, labels, summary }: NamedCase): object {
  const description =
    'It is down or unreachable, the scrape sends no valid API key, or the target is missing from scrape_configs.';
  const exp_alerts = [{ exp_labels: { ...labels, severity: 'critical' }, exp_annotations: { summary, description } }];
  return toFile('15s', series, { alert_rule_test: [{ eval_time: '10m', alertname: 'TickQLDown', exp_alerts }] });
}

describe.skipIf(!hasPromtool && !process.env.CI)('the alerts, by promtool', () => {
  let results: readonly string[];
  let namedResults: readonly string[];

  beforeAll(() => {
    const all = testRules([...cases.map(toTest), ...namedCases.map(toNamedTest)]);
    results = all.slice(0, cases.length);
    namedResults = all.slice(cases.length);
  }, 300_000);

  test('are rules', () => {
    expect(checkRules(alerts)).toContain('SUCCESS');
  });

  test('have cases for each', () => {
    const names = [...readFileSync(alerts, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    for (const name of names) {
      const own = cases.filter(({ alert }) => alert === name);
      expect([name, own.some(({ fires = [] }) => fires.length > 0)]).toEqual([name, true]);
      expect([name, own.some(({ fires = [] }) => fires.length === 0)]).toEqual([name, true]);
    }
  });

  test.each(cases.map((each, index) => ({ ...each, index })))('$alert: $what', ({ index }) => {
    expect(results[index]).toBe('SUCCESS');
  });

  test.each(namedCases.map((each, index) => ({ ...each, index })))('one of $series names what is down', ({ index }) => {
    expect(namedResults[index]).toBe('SUCCESS');
  });
});
