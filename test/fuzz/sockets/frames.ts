/** RFC 6455, 11.8. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame of a client (RFC 6455, 5.2); each of its parts may be invalid. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** False if more fragments of the message follow. */
  readonly isLast?: boolean;
  readonly reserved?: number;
  /** False for an unmasked frame, which clients must not send. */
  readonly isMasked?: boolean;
  /** The length in its header, if different from that of its payload. */
  readonly claimed?: bigint;
  /** How many bytes encode its length; by default as few as possible. */
  readonly lengthBytes?: 2 | 8;
}

const maskingKey = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function encode({ opcode, payload, isLast = true, reserved = 0, isMasked = true, ...header }: Frame): Buffer {
  const length = header.claimed ?? BigInt(payload.length);
  const lengthBytes = header.lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8);
  const head = Buffer.alloc(2 + lengthBytes);
  const mark = lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127;
  head[0] = (isLast ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (isMasked ? 0x80 : 0) | mark;
  if (lengthBytes === 2) head.writeUInt16BE(Number(length & 0xffffn), 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(length & 0xffff_ffff_ffff_ffffn, 2);
  if (!isMasked) return Buffer.concat([head, payload]);
  const masked = payload.map((byte, index) => byte ^ (maskingKey[index % 4] ?? 0));
  return Buffer.concat([head, maskingKey, masked]);
}

/** A frame from the server. */
export interface Received {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Reads the frames of a server from a stream of bytes. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Returns the frames that are complete. Throws RangeError for a frame that servers must not send. */
  read(bytes: Buffer): readonly Received[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: Received[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): Received | null {
    const rest = this.#rest;
    if (rest.length < 2) return null;
    const [first = 0, second = 0] = rest;
    if ((first & 0xf0) !== 0x80 || (second & 0x80) !== 0) throw new RangeError('a frame that servers must not send');
    const mark = second & 0x7f;
    const start = mark === 126 ? 4 : mark === 127 ? 10 : 2;
    if (rest.length < start) return null;
    const length = mark === 126 ? rest.readUInt16BE(2) : mark === 127 ? Number(rest.readBigUInt64BE(2)) : mark;
    if (rest.length < start + length) return null;
    this.#rest = rest.subarray(start + length);
    return { opcode: first & 0x0f, payload: rest.subarray(start, start + length) };
  }
}
