import { packText } from '../../wire/envelope.ts';
import { type Json, readFence, readFlag, readNullable, readNumber, readRow, readText } from '../../wire/fields.ts';
import { type Entry, readEntry } from './entries.ts';
import { readMessage, type Sender } from './read-message.ts';

/** The state of a topic, in answer to an interest. */
export interface TopicState {
  readonly key: string;
  /** Differs for each time that the owner serves the topic. */
  readonly id: number;
  /** The number of the last message of the topic. */
  readonly number: number;
  /** True if the feed of the owner has data, or waits for a market without any. */
  readonly isOpen: boolean;
  /** Why the topic does not work at the moment, not decoded yet; null if it works. */
  readonly error: unknown;
  /** What the receiver lacks: the latest value, or all messages after its last one if the owner has kept them. */
  readonly entries: readonly Entry[];
}

export interface Answer extends Sender {
  readonly exchange: string;
  /** Null if the instance does not own the exchange. */
  readonly states: readonly TopicState[] | null;
}

export interface WrittenState extends Omit<TopicState, 'entries' | 'error'> {
  readonly error: Json;
  readonly entries: readonly string[];
}

export function writeState({ key, id, number, isOpen, error, entries }: WrittenState): string {
  const head = JSON.stringify([key, id, number, isOpen, error]);
  return `${head.slice(0, -1)},[${entries.join(',')}]]`;
}

export function packAnswer({ instance, fence }: Sender, exchange: string, states: readonly string[] | null): Buffer {
  const head = JSON.stringify([instance, fence, exchange]);
  return packText(`${head.slice(0, -1)},${states ? `[${states.join(',')}]` : 'null'}]`);
}

export function unpackAnswer(bytes: Buffer): Answer | null {
  return readMessage(bytes, (json) => {
    const [instance, fence, exchange, states] = readRow(json);
    return {
      instance: readText(instance),
      fence: readFence(fence),
      exchange: readText(exchange),
      states: readNullable(states, (given) => readRow(given).map(readState)),
    };
  });
}

function readState(json: unknown): TopicState {
  const [key, id, number, isOpen, error = null, entries] = readRow(json);
  return {
    key: readText(key),
    id: readNumber(id),
    number: readNumber(number),
    isOpen: readFlag(isOpen),
    error,
    entries: readRow(entries).map(readEntry),
  };
}
