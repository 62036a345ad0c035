import type { Config } from '../../src/config/load-config.ts';
import type { AppServer, AppServerOptions } from './server/app-server.ts';
import type { BuiltServer, BuiltServerOptions } from './server/built-server.ts';
import type { FakeServer, FakeServerOptions } from './server/fake-server.ts';
import type { MeasuredServer } from './server/measured-server.ts';

export type { AppServer, BuiltServer, FakeServer, FakeServerOptions, MeasuredServer };

/**
 * Starts a server on a free port of loopback. This is the one way to start a server in tests. The options choose what
 * runs; every kind has the same addresses, the same `query`, `post`, `get` and `send`, and the same `stop`.
 *
 * | options | what runs |
 * |---|---|
 * | `{ config, clock, … }` | the whole app in this process, as src/main.ts wires it |
 * | `{ fake: { … } }` | the server over market data and streams that the test sets, without any exchange code |
 * | `{ built: { … } }` | `dist/main.js` in its own process, with the environment that the test gives |
 * | `{ measured: config }` | the whole app in its own process, which reports its memory and event loop |
 *
 * Stop the server when the test is done: with `stop()`, or by declaring it with `await using`.
 */
export function startServer(options: { readonly fake: FakeServerOptions }): Promise<FakeServer>;
export function startServer(options: { readonly built: BuiltServerOptions }): Promise<BuiltServer>;
export function startServer(options: { readonly measured: Partial<Config> }): Promise<MeasuredServer>;
export function startServer(options?: AppServerOptions): Promise<AppServer>;
export async function startServer(
  options:
    | AppServerOptions
    | { readonly fake: FakeServerOptions }
    | { readonly built: BuiltServerOptions }
    | { readonly measured: Partial<Config> } = {},
): Promise<AppServer | FakeServer | BuiltServer | MeasuredServer> {
  // Each kind is loaded when it is used, so that a test of one does not wait for the code of all.
  if ('fake' in options) return (await import('./server/fake-server.ts')).startFakeServer(options.fake);
  if ('built' in options) return (await import('./server/built-server.ts')).startBuiltServer(options.built);
  if ('measured' in options) return (await import('./server/measured-server.ts')).startMeasuredServer(options.measured);
  return (await import('./server/app-server.ts')).startAppServer(options);
}
