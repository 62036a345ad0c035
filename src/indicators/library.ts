type Library = typeof import('trading-signals');

// The library exports only its index, which opens all of its 180 files at once: that takes 0.2 s, and fails where few
// file descriptors are left. Its files can be loaded one by one by URL. package.json names its exact version.
const root = import.meta.resolve('trading-signals');

async function load(file: string) {
  return import(new URL(file, root).href);
}

export const { SMA }: Pick<Library, 'SMA'> = await load('./trend/SMA/SMA.js');
export const { EMA }: Pick<Library, 'EMA'> = await load('./trend/EMA/EMA.js');
export const { WSMA }: Pick<Library, 'WSMA'> = await load('./trend/WSMA/WSMA.js');
export const { RSI }: Pick<Library, 'RSI'> = await load('./momentum/RSI/RSI.js');
export const { MACD }: Pick<Library, 'MACD'> = await load('./momentum/MACD/MACD.js');
export const { OBV }: Pick<Library, 'OBV'> = await load('./momentum/OBV/OBV.js');
export const { StochasticOscillator }: Pick<Library, 'StochasticOscillator'> = await load(
  './momentum/STOCH/StochasticOscillator.js',
);
export const { BollingerBands }: Pick<Library, 'BollingerBands'> = await load('./volatility/BBANDS/BollingerBands.js');
export const { ATR }: Pick<Library, 'ATR'> = await load('./volatility/ATR/ATR.js');
export const { VWAP }: Pick<Library, 'VWAP'> = await load('./trend/VWAP/VWAP.js');
export const { getTypicalPrice }: Pick<Library, 'getTypicalPrice'> = await load('./util/candle/getTypicalPrice.js');
