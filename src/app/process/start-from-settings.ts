import { readDescriptorLimit } from '../descriptor-limit.ts';
import { toUrlHost } from './listening.ts';
import { type PreparedApp, prepareApp } from './prepare-app.ts';
import type { Environment } from './read-config.ts';
import { describeStartFailure } from './start-failure.ts';

/** A server that listens, as a part of another program. */
export interface StartedServer {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a server in a process that has other tasks too: it handles no signals, and logs to standard error, warnings and
 * above unless LOG_LEVEL is set. Rejects with a sentence that says what to change.
 */
export async function startFromSettings(env: Environment): Promise<StartedServer> {
  try {
    const descriptorLimit = readDescriptorLimit();
    return await listen(await prepareApp({ env, logTo: process.stderr, logLevel: 'warn', descriptorLimit }));
  } catch (error) {
    const reason = describeStartFailure(error);
    throw reason === null ? error : new Error(`TickQL cannot start. ${reason}`, { cause: error });
  }
}

async function listen({ app, config, closeLog }: PreparedApp): Promise<StartedServer> {
  const close = async (options: { readonly atOnce: boolean }): Promise<void> => {
    await app.stop(options);
    closeLog();
  };
  try {
    const port = await app.start();
    const url = `http://${toUrlHost(config.host)}:${port}`;
    let stopped: Promise<void> | null = null;
    return {
      port,
      url,
      stop: () => {
        stopped ??= close({ atOnce: false });
        return stopped;
      },
    };
  } catch (error) {
    await close({ atOnce: true });
    throw error;
  }
}
