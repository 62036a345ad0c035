import fc from 'fast-check';
import { expect, test } from 'vitest';
import { protocolVersion } from '../../../src/cluster/connection/namespace.ts';
import { pack, unpack } from '../../../src/cluster/wire/envelope.ts';

test('a message is read as it was written', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.oneof(fc.string(), fc.constantFrom('\u00fc\u20ac\u{1f600}', '\ud800', '\n\u2028\u0000')),
          fc.integer(),
        ),
        { maxLength: 5 },
      ),
      (json) => {
        expect(unpack(pack(json))).toEqual({ kind: 'message', json });
      },
    ),
  );
});

test('the version is the first byte, and a message of another version is not parsed', () => {
  const bytes = pack(['a']);
  expect(bytes[0]).toBe(protocolVersion);
  bytes[0] = protocolVersion + 1;
  expect(unpack(bytes)).toEqual({ kind: 'version', version: protocolVersion + 1 });
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      expect(['message', 'version', 'malformed']).toContain(unpack(Buffer.from(bytes)).kind);
    }),
  );
  expect(unpack(Buffer.from([protocolVersion, 0x7b]))).toEqual({ kind: 'malformed' });
});
