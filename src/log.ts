import { type Logger, pino } from 'pino';

/** A logger to standard output: lines to read on a terminal, JSON lines elsewhere. */
export async function createLog(level: string): Promise<Logger> {
  if (!process.stdout.isTTY) return pino({ level });
  const { default: pretty } = await import('pino-pretty');
  return pino({ level }, pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }));
}
