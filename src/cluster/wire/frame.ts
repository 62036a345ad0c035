import { protocolVersion } from '../connection/namespace.ts';
import { parse, type Unpacked } from './envelope.ts';
import type { Json } from './fields.ts';

const newLine = 0x0a;

/** A message whose header can be read without its body. */
export type Frame = { readonly kind: 'message'; readonly header: unknown; readonly body: Buffer };

/** The protocol version, the header on a line, and the body. */
export function packFrame(header: Json, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(protocolVersion), Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

/** Never throws. */
export function unpackFrame(bytes: Buffer): Frame | Exclude<Unpacked, { kind: 'message' }> {
  const version = bytes[0];
  const end = bytes.indexOf(newLine);
  if (version === undefined) return { kind: 'malformed' };
  if (version !== protocolVersion) return { kind: 'version', version };
  if (end < 0) return { kind: 'malformed' };
  const header = parse(bytes.toString('utf8', 1, end));
  if (header.kind === 'malformed') return header;
  return { kind: 'message', header: header.json, body: bytes.subarray(end + 1) };
}
