import { pack } from '../../wire/envelope.ts';
import { readFence, readNumber, readRow, readText } from '../../wire/fields.ts';
import { readMessage, type Sender } from './read-message.ts';

/** A sign of life of the owner of an exchange. */
export interface Beat extends Sender {
  /** In shared time. */
  readonly at: number;
  /** The number of the last message of each topic that has sent one in the last seconds, by the topic's id. */
  readonly numbers: ReadonlyMap<number, number>;
  /** The ids of the topics that do not work at the moment. */
  readonly failing: ReadonlySet<number>;
}

export function packBeat({ instance, fence, at, numbers, failing }: Beat): Buffer {
  return pack([instance, fence, at, [...numbers].flat(), [...failing]]);
}

export function unpackBeat(bytes: Buffer): Beat | null {
  return readMessage(bytes, (json) => {
    const [instance, fence, at, numbers, failing] = readRow(json);
    const flat = readRow(numbers).map(readNumber);
    const byId = new Map<number, number>();
    for (let index = 0; index + 1 < flat.length; index += 2) byId.set(flat[index] ?? 0, flat[index + 1] ?? 0);
    return {
      instance: readText(instance),
      fence: readFence(fence),
      at: readNumber(at),
      numbers: byId,
      failing: new Set(readRow(failing).map(readNumber)),
    };
  });
}
