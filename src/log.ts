import { type Logger, pino } from 'pino';
import { createRedaction } from './redaction.ts';

/**
 * A logger to standard output: lines to read on a terminal, JSON lines elsewhere. No line of any level holds what is
 * secret in the options of exchanges, or the query of an address.
 */
export async function createLog(level: string, exchangeOptions: unknown): Promise<Logger> {
  const options = { level, hooks: { streamWrite: createRedaction(exchangeOptions) } };
  if (!process.stdout.isTTY) return pino(options);
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }));
}
