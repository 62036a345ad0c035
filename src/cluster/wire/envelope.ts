import { protocolVersion } from '../connection/namespace.ts';
import type { Json } from './fields.ts';

/** The version as the first character: in UTF-8, it is the first byte. */
const prefix = String.fromCharCode(protocolVersion);

/** A message, or why it cannot be read. */
export type Unpacked =
  | { readonly kind: 'message'; readonly json: unknown }
  /** The sender speaks another version. The message has not been parsed. */
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'malformed' };

export function pack(json: Json): Buffer {
  return packText(JSON.stringify(json));
}

/** Never throws. */
export function unpack(bytes: Buffer): Unpacked {
  const text = unpackText(bytes);
  return typeof text === 'string' ? parse(text) : text;
}

/** The bytes of a message that is JSON text already. */
export function packText(text: string): Buffer {
  return Buffer.from(prefix + text);
}

/** The JSON text of a message, or why it cannot be read. */
export function unpackText(bytes: Buffer): string | Exclude<Unpacked, { kind: 'message' }> {
  const version = bytes[0];
  if (version === undefined) return { kind: 'malformed' };
  return version === protocolVersion ? bytes.toString('utf8', 1) : { kind: 'version', version };
}

/** Parses text of `unpackText`. Never throws. */
export function parse(text: string): Exclude<Unpacked, { kind: 'version' }> {
  try {
    const json: unknown = JSON.parse(text);
    return { kind: 'message', json };
  } catch {
    return { kind: 'malformed' };
  }
}
