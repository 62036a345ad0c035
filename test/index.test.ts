import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import type { settings } from '../src/config/settings.ts';
import { type SettingName, type Settings, startServer } from '../src/index.ts';

/** One of each, so that the compiler finds a name that is missing in `SettingName`, or too much in it. */
type Others = 'API_KEYS' | 'CORS_ORIGINS' | 'EXCHANGES' | 'EXCHANGE_CONFIG' | 'REDIS_URL';
const known: SettingName extends keyof typeof settings | Others ? true : never = true;
const complete: keyof typeof settings | Others extends SettingName ? true : never = true;

test('the names of settings are those of the documentation', () => {
  expect([known, complete]).toEqual([true, true]);
});

test('a server of this process answers, and nothing is open after it has stopped', async () => {
  const listeners = process.listenerCount('exit');
  const server = await startServer({ PORT: 0, EXCHANGES: 'sim', SHUTDOWN_DELAY_MS: '0', INTROSPECTION: false });
  expect(server.url).toBe(`http://localhost:${server.port}`);
  const ask = (query: string): Promise<Response> => fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`);
  expect(await (await ask('{ exchanges { id } }')).json()).toEqual({ data: { exchanges: [{ id: 'sim' }] } });
  expect(await (await ask('{ __typename __schema { queryType { name } } }')).text()).toContain('ntrospection');
  expect(process.listenerCount('SIGTERM')).toBe(0);
  await Promise.all([server.stop(), server.stop()]);
  await expect(ask('{ exchanges { id } }')).rejects.toThrow();
  expect(process.listenerCount('exit')).toBe(listeners);
});

test('the environment is not read', async () => {
  process.env.EXCHANGES = 'none of them';
  try {
    const server = await startServer({ PORT: 0, SHUTDOWN_DELAY_MS: 0 });
    await server.stop();
  } finally {
    delete process.env.EXCHANGES;
  }
});

test.each<readonly [string, Settings, string]>([
  [
    'a wrong value',
    { PORT: 70_000 },
    'TickQL cannot start. PORT is "70000"; it must be a whole number from 0 to 65535.',
  ],
  ['a key that is missing', { API_KEYS: '' }, 'TickQL cannot start. API_KEYS contains no key'],
])('%s is an error that says what is right', async (_case, wrong, message) => {
  await expect(startServer(wrong)).rejects.toThrow(message);
});

test('a port in use is an error that says so, and leaves nothing open', async () => {
  const listeners = process.listenerCount('exit');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await expect(startServer({ PORT: port })).rejects.toThrow('PORT is in use by another program');
  expect(process.listenerCount('exit')).toBe(listeners);
  other.close();
});
