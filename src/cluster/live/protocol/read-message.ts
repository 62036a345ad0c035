import { unpack } from '../../wire/envelope.ts';

/** The instance that owns an exchange, and the fencing number of its lease. */
export interface Sender {
  readonly instance: string;
  readonly fence: number;
}

/** Null for a message that cannot be read. */
export function readMessage<T>(bytes: Buffer, toMessage: (json: unknown) => T): T | null {
  const unpacked = unpack(bytes);
  if (unpacked.kind !== 'message') return null;
  try {
    return toMessage(unpacked.json);
  } catch {
    return null;
  }
}
