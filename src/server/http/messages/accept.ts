import type { IncomingMessage } from 'node:http';

/** One media range of an Accept header. */
interface Range {
  readonly type: string;
  readonly subtype: string;
  /** How much the client wants it, from 0 to 1; 0 excludes it. */
  readonly quality: number;
}

/** A media type that is offered, and how well it fits. */
interface Fit {
  readonly mediaType: string;
  readonly quality: number;
  readonly precision: number;
}

/**
 * The one of these media types that a client with this Accept header wants most (RFC 9110, 12.5.1); null if it wants
 * none. Of equal ones, a type that the header names precedes one that only a wildcard matches, and then the order of
 * `offered` counts.
 */
export function chooseMediaType<T extends string>(accept: string | undefined, offered: readonly T[]): T | null {
  const ranges = (accept?.trim() || '*/*').split(',').flatMap(toRange);
  const fits = offered.map((mediaType) => toFit(mediaType, ranges));
  const [best] = fits
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || b.precision - a.precision);
  return offered.find((mediaType) => mediaType === best?.mediaType) ?? null;
}

/** True if a browser opens a page: scripts and other clients do not ask for HTML. */
export function opensPage({ method, headers: { accept } }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && (accept?.includes('text/html') ?? false);
}

function toRange(text: string): readonly Range[] {
  const [range = '', ...parameters] = text
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const [type = '', subtype = ''] = range.split('/');
  if (type === '' || subtype === '') return [];
  const quality = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  return [{ type, subtype, quality: quality === undefined ? 1 : toQuality(quality) }];
}

/** Reads the text of a quality. One that is not valid counts as 1, as if it were not given. */
export function toQuality(text: string): number {
  return /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/.test(text) ? Number(text) : 1;
}

/** The most precise range that matches decides. */
function toFit(mediaType: string, ranges: readonly Range[]): Fit {
  const [type, subtype] = mediaType.split('/');
  const matching = ranges
    .map((range) => ({ quality: range.quality, precision: precisionOf(range, type, subtype) }))
    .filter(({ precision }) => precision > 0)
    .sort((a, b) => b.precision - a.precision || b.quality - a.quality);
  return { mediaType, quality: matching[0]?.quality ?? 0, precision: matching[0]?.precision ?? 0 };
}

function precisionOf(range: Range, type: string | undefined, subtype: string | undefined): number {
  if (range.type === type) return range.subtype === subtype ? 3 : range.subtype === '*' ? 2 : 0;
  return range.type === '*' && range.subtype === '*' ? 1 : 0;
}
