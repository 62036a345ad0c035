import { pack, unpack } from '../../wire/envelope.ts';
import {
  type Json,
  MalformedMessage,
  readFence,
  readFlag,
  readNumber,
  readOneOf,
  readRow,
  readText,
} from '../../wire/fields.ts';
import { packFrame, unpackFrame } from '../../wire/frame.ts';

/** The names of the channels. */
export const channels = {
  /** Requests to an instance. */
  requests: (instance: string) => `requests:${instance}`,
  /** Replies to an instance. */
  replies: (instance: string) => `replies:${instance}`,
} as const;

export interface Request {
  /** Unique among the requests of its sender. */
  readonly id: number;
  /** The instance that asks. */
  readonly from: string;
  readonly method: string;
  /** When it was sent, by the shared clock, and how long its sender waits for the reply, in ms. */
  readonly sentAt: number;
  readonly timeoutMs: number;
  readonly query: unknown;
  readonly options: unknown;
}

const outcomes = ['answer', 'error', 'notOwner'] as const;

export type ReplyOutcome = (typeof outcomes)[number];

export interface ReplyHeader {
  /** The id of the request. */
  readonly id: number;
  /** The instance that replies. */
  readonly from: string;
  readonly exchange: string;
  /** The fencing number of the instance for the exchange; 0 if it does not own the exchange. */
  readonly fence: number;
  readonly outcome: ReplyOutcome;
  /** True if parts of the answer are in Redis for others. */
  readonly isShared: boolean;
}

export interface Reply extends ReplyHeader {
  /** The answer or the error. */
  readonly body: Buffer;
}

/** Why a message could not be read. */
export type Refusal = 'version' | 'malformed';

export function packRequest({
  id,
  from,
  method,
  sentAt,
  timeoutMs,
  query,
  options,
}: Request & { readonly query: Json; readonly options: Json }): Buffer {
  return pack([id, from, method, sentAt, timeoutMs, query, options]);
}

/** Never throws. */
export function unpackRequest(bytes: Buffer): Request | Refusal {
  const unpacked = unpack(bytes);
  if (unpacked.kind !== 'message') return unpacked.kind;
  return unlessMalformed(() => {
    const [id, from, method, sentAt, timeoutMs, query, options] = readRow(unpacked.json);
    return {
      id: readNumber(id),
      from: readText(from),
      method: readText(method),
      sentAt: readNumber(sentAt),
      timeoutMs: readNumber(timeoutMs),
      query,
      options,
    };
  });
}

export function packReply({ id, from, exchange, fence, outcome, isShared }: ReplyHeader, body: Buffer): Buffer {
  return packFrame([id, from, exchange, fence, outcome, isShared], body);
}

/** Never throws. */
export function unpackReply(bytes: Buffer): Reply | Refusal {
  const frame = unpackFrame(bytes);
  if (frame.kind !== 'message') return frame.kind;
  return unlessMalformed(() => {
    const [id, from, exchange, fence, outcome, isShared] = readRow(frame.header);
    return {
      id: readNumber(id),
      from: readText(from),
      exchange: readText(exchange),
      fence: readFence(fence),
      outcome: readOneOf(outcome, outcomes),
      isShared: readFlag(isShared),
      body: frame.body,
    };
  });
}

function unlessMalformed<T>(read: () => T): T | 'malformed' {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedMessage) return 'malformed';
    throw error;
  }
}
