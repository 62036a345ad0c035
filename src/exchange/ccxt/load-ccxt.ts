import type { Exchange } from 'ccxt';

/** A ccxt exchange class; its instances take ccxt's constructor options. */
export type ExchangeClass = new (options: Readonly<Record<string, unknown>>) => Exchange;

// ccxt exports only its root, and importing that loads all exchanges (0.7 s, 80 MB). Its files can be loaded one by one
// by URL; instanceof works across them, because they are the same ES modules.
const root = import.meta.resolve('ccxt');

/** ccxt's error classes, without the exchanges. */
export const ccxtErrors: typeof import('ccxt') = await import(new URL('./src/base/errors.js', root).href);

/** ccxt's exact decimal arithmetic. */
export const { Precise }: Pick<typeof import('ccxt'), 'Precise'> = await import(
  new URL('./src/base/Precise.js', root).href
);

/** Loads the class of one exchange: the streaming one if ccxt has it. `sim` is our own, and is loaded from ../sim. */
export async function loadExchangeClass(id: string, streaming: boolean): Promise<ExchangeClass> {
  if (id === 'sim') return (await import('../sim/sim.ts')).default;
  const path = streaming ? `./src/pro/${id}.js` : `./src/${id}.js`;
  const module: { readonly default: ExchangeClass } = await import(new URL(path, root).href);
  return module.default;
}
