import type { WiredApp } from '../create-app.ts';
import { prepareApp } from './prepare-app.ts';
import type { Environment } from './read-config.ts';

/**
 * Runs work with an app that listens on no port, and stops the app afterwards. Its log goes to standard error. Unless
 * LOG_LEVEL is set, it has warnings and errors; nothing if `isQuiet`.
 */
export async function withLocalApp<T>(
  env: Environment,
  work: (wired: WiredApp) => Promise<T>,
  { isQuiet = false }: { readonly isQuiet?: boolean } = {},
): Promise<T> {
  const logLevel = isQuiet ? 'silent' : 'warn';
  const prepared = await prepareApp({ env, logTo: process.stderr, logLevel, descriptorLimit: null });
  const { app, closeLog } = prepared;
  try {
    await app.open();
    return await work(prepared);
  } finally {
    await app.stop({ atOnce: true });
    closeLog();
  }
}
