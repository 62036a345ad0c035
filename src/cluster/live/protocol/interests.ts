import { pack } from '../../wire/envelope.ts';
import { readNullable, readNumber, readRow, readText } from '../../wire/fields.ts';
import { readMessage } from './read-message.ts';

/** The interest of an instance in a topic. */
export interface Interest {
  readonly key: string;
  /** How many levels of a book are wanted; 0 for other kinds. */
  readonly depth: number;
  /** The number of the last message that the instance has; null if it has none. */
  readonly after: number | null;
  /** The id that the instance knows for the topic; null if the owner must answer in any case. */
  readonly id: number | null;
}

export interface InterestMessage {
  readonly from: string;
  readonly exchange: string;
  readonly wanted: readonly Interest[];
  /** The keys of the topics in which the instance is no longer interested. */
  readonly left: readonly string[];
}

export function packInterests({ from, exchange, wanted, left }: InterestMessage): Buffer {
  return pack([from, exchange, wanted.map(({ key, depth, after, id }) => [key, depth, after, id]), left]);
}

export function unpackInterests(bytes: Buffer): InterestMessage | null {
  return readMessage(bytes, (json) => {
    const [from, exchange, wanted, left] = readRow(json);
    return {
      from: readText(from),
      exchange: readText(exchange),
      wanted: readRow(wanted).map(readInterest),
      left: readRow(left).map(readText),
    };
  });
}

function readInterest(json: unknown): Interest {
  const [key, depth, after, id] = readRow(json);
  return {
    key: readText(key),
    depth: readNumber(depth),
    after: readNullable(after, readNumber),
    id: readNullable(id, readNumber),
  };
}
