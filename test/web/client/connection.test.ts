import { expect, test } from 'vitest';
import { Connection } from '../../../web/src/client/connection.ts';

function create() {
  const clock = { now: 1000 };
  return { clock, connection: new Connection(() => clock.now) };
}

test('it is lost since the first failure, until it is connected again', () => {
  const { clock, connection } = create();
  connection.connecting();
  connection.connected();
  connection.lost('The connection was cut.');
  clock.now = 5000;
  connection.connecting();
  connection.lost(null);
  expect(connection.state.get()).toEqual({ kind: 'lost', since: 1000, reason: 'The connection was cut.' });
  connection.connected();
  expect(connection.state.get()).toEqual({ kind: 'connected' });
  connection.lost('The connection was cut.');
  expect(connection.state.get()).toMatchObject({ since: 5000 });
});

test('it is lost since the server was last heard, however late that is noticed', () => {
  const { clock, connection } = create();
  connection.connected();
  clock.now = 2000;
  connection.heard();
  clock.now = 17_000;
  connection.lost('The connection was cut.');
  expect(connection.state.get()).toMatchObject({ since: 2000 });
});

test('a server that has never been heard is lost since the first attempt', () => {
  const { clock, connection } = create();
  connection.connecting();
  connection.lost(null);
  clock.now = 9000;
  connection.lost(null);
  expect(connection.state.get()).toMatchObject({ since: 1000 });
});

test('an explanation counts only while it is lost', () => {
  const { connection } = create();
  connection.lost(null);
  expect(connection.state.get()).toMatchObject({ reason: 'There is no connection to the server.' });
  connection.explain('The server cannot be reached.');
  expect(connection.state.get()).toMatchObject({ reason: 'The server cannot be reached.' });
  connection.connected();
  connection.explain('The server cannot be reached.');
  expect(connection.state.get()).toEqual({ kind: 'connected' });
});

test('a socket that nothing needs is not lost', () => {
  const { clock, connection } = create();
  connection.connecting();
  connection.connected();
  connection.closed();
  expect(connection.state.get()).toEqual({ kind: 'idle' });
  clock.now = 60_000;
  connection.lost(null);
  expect(connection.state.get()).toMatchObject({ since: 60_000 });
});
