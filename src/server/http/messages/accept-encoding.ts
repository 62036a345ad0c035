import { toQuality } from './accept.ts';

/** The compressions in which a page can be sent, by the names of RFC 9110, 8.4.1; `identity` is none. */
export type Coding = 'br' | 'gzip' | 'identity';

/**
 * The coding that a client with this Accept-Encoding header wants most (RFC 9110, 12.5.3). Of equal ones, the order of
 * `offered` counts. A client without the header, or one that accepts nothing of what is offered, gets no compression.
 */
export function chooseCoding(acceptEncoding: string | undefined, offered: readonly Coding[]): Coding {
  const qualities = new Map((acceptEncoding ?? '').toLowerCase().split(',').map(toEntry));
  const others = qualities.get('*') ?? 0;
  const wanted = offered
    .map((coding) => ({ coding, quality: qualities.get(coding) ?? others }))
    .filter(({ coding, quality }) => coding !== 'identity' && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  const [best] = wanted;
  return best && best.quality >= (qualities.get('identity') ?? 0) ? best.coding : 'identity';
}

function toEntry(text: string): readonly [coding: string, quality: number] {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim());
  const quality = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  // An old name for the same coding (RFC 9110, 8.4.1.3).
  return [name === 'x-gzip' ? 'gzip' : name, quality === undefined ? 1 : toQuality(quality)];
}
