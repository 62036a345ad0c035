import { useState } from 'react';
import { formatPrice } from '../../format/price.ts';

const signs = { 1: { arrow: '▲', word: 'up' }, [-1]: { arrow: '▼', word: 'down' } } as const;

/** The last price, and whether it is above or below the one before it. */
export function LastPrice({ last, step }: { readonly last: number | null; readonly step: number | null }) {
  const [seen, setSeen] = useState<{ readonly last: number | null; readonly sign: 1 | -1 | null }>({
    last,
    sign: null,
  });
  if (last !== seen.last) {
    setSeen({ last, sign: last === null || seen.last === null ? null : last > seen.last ? 1 : -1 });
  }
  const sign = seen.sign && signs[seen.sign];
  return (
    <p className={`last-price ${sign?.word ?? ''}`}>
      {formatPrice(last, step)}{' '}
      <span className="last-sign" role="img" aria-label={sign?.word ?? 'unchanged'}>
        {sign?.arrow}
      </span>
    </p>
  );
}
