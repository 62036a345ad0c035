import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Commands from the parent process. */
export type QueryCommand =
  | { readonly type: 'begin' }
  | { readonly type: 'end' }
  /** Sets the answer of the server that always sends the same one. */
  | { readonly type: 'serve'; readonly body: string }
  | { readonly type: 'watch' }
  | { readonly type: 'unwatch' };

/** Reports to the parent process. */
export type QueryReport =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'begun' }
  | { readonly type: 'ended'; readonly cpuMicros: number }
  | { readonly type: 'serving' }
  | { readonly type: 'watching' }
  | { readonly type: 'unwatched'; readonly longestBlockMs: number };

/** Maximum lifetime of a bench server, in ms. */
const lifetimeMs = 900_000;

/** Lets the parent process measure a server. `serve` receives the answer, for a server that always sends the same one. */
export function drive(port: number, serve: (body: string) => void = () => {}): void {
  let before = process.cpuUsage();
  // With a timer of 1 ms, a result may be up to 1 ms too long, but never too short.
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
