import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What the parent of a server of the query benches asks of it. */
export type QueryCommand =
  | { readonly type: 'begin' }
  | { readonly type: 'end' }
  /** The answer of the server that answers everything alike. */
  | { readonly type: 'serve'; readonly body: string }
  | { readonly type: 'watch' }
  | { readonly type: 'unwatch' };

/** What it answers. */
export type QueryReport =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'begun' }
  | { readonly type: 'ended'; readonly cpuMicros: number }
  | { readonly type: 'serving' }
  | { readonly type: 'watching' }
  | { readonly type: 'unwatched'; readonly longestBlockMs: number };

/** How long a bench server lives at most, in ms. */
const lifetimeMs = 900_000;

/** Lets the parent process measure a server. `serve` is told what to answer, where the server needs to be. */
export function drive(port: number, serve: (body: string) => void = () => {}): void {
  let before = process.cpuUsage();
  // A timer of 1 ms: what it finds may be up to that much too long, never too short.
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const answer = (command: QueryCommand): QueryReport => {
    switch (command.type) {
      case 'begin':
        before = process.cpuUsage();
        return { type: 'begun' };
      case 'end': {
        const { user, system } = process.cpuUsage(before);
        return { type: 'ended', cpuMicros: user + system };
      }
      case 'serve':
        serve(command.body);
        return { type: 'serving' };
      case 'watch':
        delay.reset();
        delay.enable();
        return { type: 'watching' };
      case 'unwatch':
        delay.disable();
        return { type: 'unwatched', longestBlockMs: delay.max / 1e6 };
    }
  };
  process.on('message', (command: QueryCommand) => process.send?.(answer(command)));
  process.on('disconnect', () => process.exit());
  setTimeout(() => process.exit(1), lifetimeMs).unref();
  process.send?.({ type: 'ready', port } satisfies QueryReport);
}
