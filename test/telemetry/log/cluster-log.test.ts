import { beforeEach, expect, test } from 'vitest';
import { ThrottledLog } from '../../../src/base/throttled-log.ts';
import type { Owner } from '../../../src/cluster/members/owners.ts';
import { ClusterLog } from '../../../src/telemetry/log/cluster-log.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { CapturedLog } from '../../support/server/captured-log.ts';

const self: Owner = { kind: 'self', fence: 2 };
const other: Owner = { kind: 'other', instance: 'b', fence: 3 };
const none: Owner = { kind: 'none' };
const alone: Owner = { kind: 'alone' };

let captured: CapturedLog;
let instances: readonly string[];
let log: ClusterLog;

beforeEach(() => {
  captured = new CapturedLog('debug');
  instances = ['a', 'b', 'c'];
  const throttled = new ThrottledLog({ log: captured.logger, clock: new ManualClock() });
  log = new ClusterLog(captured.logger, throttled, () => ({ instance: 'a', instances }));
});

const lines = (): readonly unknown[] => captured.lines.map(({ level, msg }) => [level, msg]);

test('joining is one line that names the instance and counts the others', () => {
  log.onState('joining', null);
  log.onState('member', null);
  log.onState('member', null);
  expect(lines()).toEqual([[30, 'This is instance a of a cluster of 3.']]);
});

test('an instance that is alone says why and what it does, and later that it is back', () => {
  log.onState('member', null);
  log.onState('alone', 'Redis refuses the password.');
  instances = ['a', 'b'];
  log.onState('member', null);
  expect(lines().slice(1)).toEqual([
    [
      40,
      'Redis refuses the password. This instance continues alone: it calls all exchanges itself, and tries to reach Redis again.',
    ],
    [30, 'Redis answers again. This is instance a of a cluster of 2.'],
  ]);
});

test('an instance that is alone and then for another reason says the new one, too', () => {
  log.onState('alone', 'Redis does not answer.');
  log.onState('alone', 'Redis does not answer.');
  log.onState('alone', 'Redis refuses the password.');
  expect(lines().map((line) => String(line))).toEqual([
    expect.stringContaining('Redis does not answer.'),
    expect.stringContaining('Redis refuses the password.'),
  ]);
});

test('a member says what Redis refuses, once a minute for each reason', () => {
  log.onRefused('Redis is out of memory.');
  log.onState('member', null);
  for (let time = 0; time < 3; time += 1) log.onRefused('Redis is out of memory.');
  log.onRefused('The user has no permission.');
  log.onState('alone', 'The user has no permission.');
  log.onRefused('The user has no permission.');
  const rest = 'Meanwhile this instance does not share all values and quotas with the others.';
  expect(lines().slice(1, 3)).toEqual([
    [40, `Redis is out of memory. ${rest}`],
    [40, `The user has no permission. ${rest}`],
  ]);
  expect(lines()).toHaveLength(4);
});

test('a Redis that comes and goes is logged once a minute', () => {
  for (let time = 0; time < 5; time += 1) {
    log.onState('alone', 'Redis does not answer.');
    log.onState('member', null);
  }
  expect(lines()).toHaveLength(2);
});

test('exchanges that come and go are logged for debugging, and a lost one as a warning', () => {
  const change = { exchange: 'kraken', isHandover: false };
  log.onOwner({ ...change, owner: self, previous: none });
  log.onOwner({ ...change, owner: other, previous: self, isHandover: true });
  log.onOwner({ ...change, owner: self, previous: other, isHandover: true });
  log.onOwner({ ...change, owner: other, previous: self });
  log.onOwner({ ...change, owner: none, previous: other });
  log.onOwner({ ...change, owner: alone, previous: self });
  expect(lines()).toEqual([
    [20, 'this instance owns kraken now, and makes all calls to it'],
    [20, 'this instance has handed kraken over'],
    [20, 'this instance owns kraken now: its owner has handed it over'],
    [40, expect.stringContaining('this instance has lost kraken, because it could not renew its lease in time')],
  ]);
});

test('another version on the same Redis is a warning', () => {
  log.onOtherVersions([]);
  log.onOtherVersions([2]);
  expect(lines()).toEqual([[40, expect.stringContaining('another version')]]);
});
