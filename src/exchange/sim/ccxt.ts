type Ccxt = typeof import('ccxt');

/** ccxt's base class, loaded without its exchanges. */
export const { Exchange }: Pick<Ccxt, 'Exchange'> = await import(urlOf('base/Exchange.js'));

/** The errors of ccxt that the exchange throws; they are the same classes as ccxt's own. */
export const {
  BadRequest,
  BadSymbol,
  ExchangeClosedByUser,
  UnsubscribeError,
}: Pick<Ccxt, 'BadRequest' | 'BadSymbol' | 'ExchangeClosedByUser' | 'UnsubscribeError'> = await import(
  urlOf('base/errors.js')
);

/** ccxt's package exports only its root, so its files are loaded relative to it. */
function urlOf(file: string): string {
  return new URL(`./src/${file}`, import.meta.resolve('ccxt')).href;
}
