import { packText } from '../../wire/envelope.ts';
import { readFence, readRow, readText } from '../../wire/fields.ts';
import { type Entry, readEntry } from './entries.ts';
import { readMessage, type Sender } from './read-message.ts';

/** Messages of one topic, from its owner to all who listen. */
export interface Update extends Sender {
  readonly entries: readonly Entry[];
}

export function packUpdate({ instance, fence }: Sender, entries: readonly string[]): Buffer {
  return packText(`[${JSON.stringify(instance)},${fence},[${entries.join(',')}]]`);
}

export function unpackUpdate(bytes: Buffer): Update | null {
  return readMessage(bytes, (json) => {
    const [instance, fence, entries] = readRow(json);
    return { instance: readText(instance), fence: readFence(fence), entries: readRow(entries).map(readEntry) };
  });
}
