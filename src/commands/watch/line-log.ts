import type { Clock } from '../../base/clock.ts';
import type { Output } from '../terminal/output.ts';
import { toPlainText } from '../terminal/plain-text.ts';
import { toCells } from './format-ticker.ts';
import type { PriceView } from './price-view.ts';

export interface LineLogOptions {
  readonly exchange: string;
  readonly out: Pick<Output, 'write'>;
  readonly err: Pick<Output, 'write'>;
  readonly clock: Clock;
}

/** Writes one line per change, which begins with the time, for files and other programs. */
export function createLineLog({ exchange, out, err, clock }: LineLogOptions): PriceView {
  return {
    show: (ticker) => {
      const now = clock.now();
      void out.write(`${new Date(now).toISOString()}  ${toCells(exchange, ticker, now).join('  ')}\n`);
    },
    warn: (message) => void err.write(`tickql: ${toPlainText(message)}\n`),
    close: () => {},
  };
}
