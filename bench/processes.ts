import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A bench process that is controlled by messages. */
export interface BenchProcess<C extends object, R extends { readonly type: string }> {
  send(command: C): void;
  /** Resolves with the next report of this type; rejects if the process ends or `timeoutMs` pass first. */
  wait<T extends R['type']>(type: T, timeoutMs?: number): Promise<Extract<R, { readonly type: T }>>;
  stop(): Promise<void>;
}

/** Starts a module of `bench/`, named without extension, in its own process with the garbage collector exposed. */
export function start<C extends object, R extends { readonly type: string }>(
  file: string,
  args: readonly string[] = [],
): BenchProcess<C, R> {
  const path = fileURLToPath(new URL(`${file}.js`, import.meta.url));
  const child: ChildProcess = fork(path, args, {
    execArgv: ['--expose-gc'],
    // As in production; otherwise graphql-js and others make additional checks.
    env: { NODE_ENV: 'production', ...process.env },
  });
  const reports: R[] = [];
  const waiting = new Set<() => void>();
  child.on('message', (report: R) => {
    reports.push(report);
    for (const check of waiting) check();
  });
  return {
    send: (command) => {
      child.send(command);
    },
    wait: (type, timeoutMs = 120_000) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(new Error(`${file} did not report ${type}`));
        const timer = setTimeout(fail, timeoutMs);
        child.once('exit', fail);
        const check = (): void => {
          const at = reports.findIndex((report) => report.type === type);
          const [report] = at < 0 ? [] : reports.splice(at, 1);
          if (!report || !isOfType(report, type)) return;
          clearTimeout(timer);
          child.off('exit', fail);
          waiting.delete(check);
          resolve(report);
        };
        waiting.add(check);
        check();
      }),
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function isOfType<R extends { readonly type: string }, T extends R['type']>(
  report: R,
  type: T,
): report is Extract<R, { readonly type: T }> {
  return report.type === type;
}

/** The median; for an even number of values, the lower of the two middle ones. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** The value below which `share` of the sorted values lie. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
