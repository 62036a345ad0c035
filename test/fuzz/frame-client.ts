import { connect, type Socket } from 'node:net';
import { encode, FrameReader, opcodes } from './frames.ts';
import type { FrameSequence } from './sequences.ts';

/** What a server did with a sequence. */
export interface Outcome {
  /** Of the answer to the upgrade; null where there was none. */
  readonly status: number | null;
  /** The text messages that came, as they came. */
  readonly messages: readonly string[];
  /** The code of the server's close frame, 1005 for one without; null where there was none. */
  readonly closeCode: number | null;
  /** True where the server ended the connection. */
  readonly isEnded: boolean;
  /** True where it answered what it was asked last. */
  readonly isAnswered: boolean;
  /** What cannot be read of what it sent. */
  readonly nonsense: string | null;
}

/** How long the server may take for its part, in ms: one that has not done it by then will not. */
const patienceMs = 10_000;

const lastPing = Buffer.from('last');
const lastId = 'last';
const lastQuestion = JSON.stringify({
  type: 'subscribe',
  id: lastId,
  payload: { query: '{ exchange(id: "sim") { id } }' },
});

/** A bare client on TCP, since none of a library would send what this one does. */
class FrameClient {
  readonly messages: string[] = [];
  status: number | null = null;
  closeCode: number | null = null;
  isEnded = false;
  nonsense: string | null = null;
  isPinged = false;

  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #waiting = new Set<() => void>();
  #head: Buffer | null = Buffer.alloc(0);

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    this.#socket.on('data', (bytes) => this.#read(bytes));
    for (const event of ['end', 'error', 'close']) {
      this.#socket.on(event, () => {
        this.isEnded = true;
        this.#notify();
      });
    }
  }

  write(bytes: Buffer | string): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Leaves in one way or another. */
  leave(end: FrameSequence['end']): void {
    if (end === 'close') this.write(encode({ opcode: opcodes.close, payload: Buffer.from([3, 232]) }));
    if (end === 'reset') this.#socket.resetAndDestroy();
    else if (end === 'end') this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Resolves when it is so, or the server has closed; false where neither came in time. */
  until(isSo: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (isSo() || this.isEnded) finish(true);
      };
      const finish = (isInTime: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(isInTime);
      };
      const timer = setTimeout(() => finish(false), patienceMs);
      this.#waiting.add(check);
      check();
    });
  }

  #read(bytes: Buffer): void {
    try {
      this.#readFrames(this.#readHead(bytes));
    } catch (error) {
      this.nonsense = String(error);
    }
    this.#notify();
  }

  /** What follows the answer to the upgrade. */
  #readHead(bytes: Buffer): Buffer {
    if (this.#head === null) return bytes;
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return Buffer.alloc(0);
    const rest = this.#head.subarray(end + 4);
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(this.#head.toString('latin1')) ?? [];
    if (status === undefined) throw new RangeError('an answer that is no HTTP');
    this.status = Number(status);
    this.#head = null;
    return rest;
  }

  #readFrames(bytes: Buffer): void {
    if (this.status !== 101) return;
    for (const { opcode, payload } of this.#reader.read(bytes)) {
      if (opcode === opcodes.text) this.messages.push(payload.toString());
      else if (opcode === opcodes.close) this.closeCode = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
      else if (opcode === opcodes.pong) this.isPinged ||= payload.equals(lastPing);
      else if (opcode !== opcodes.ping) throw new RangeError(`a frame with the opcode ${opcode}`);
    }
  }

  #notify(): void {
    for (const check of this.#waiting) check();
  }
}

/** Plays a sequence against the server. */
export async function playSequence(port: number, sequence: FrameSequence): Promise<Outcome> {
  const { upgrade, writes, isHasty, isPatient, isHalf, end } = sequence;
  const client = new FrameClient(port);
  const [first, ...others] = writes;
  if (isHasty && first) client.write(Buffer.concat([Buffer.from(upgrade.text), first]));
  else client.write(upgrade.text);
  const isAgreed = (): boolean => client.status !== null;
  // Of some requests the rest is still to come, as the server sees it.
  const isWhole = !/Content-Length|Transfer-Encoding/.test(upgrade.text);
  let isAnswered = isWhole ? await client.until(isAgreed) : true;
  if (!isHasty && first) client.write(first);
  if (isPatient && client.status === 101) {
    isAnswered &&= await client.until(() => client.messages.length > 0 || client.closeCode !== null);
  }
  for (const bytes of others) client.write(bytes);
  if (client.status === 101 && end === 'ask' && !isHalf) isAnswered &&= await ask(client);
  else client.leave(end);
  if (client.status === 101 && end === 'close' && !isHalf)
    isAnswered &&= await client.until(() => client.closeCode !== null);
  client.destroy();
  const { status, messages, closeCode, isEnded, nonsense } = client;
  return { status, messages, closeCode, isEnded, isAnswered, nonsense };
}

/** Asks on both levels whether it is still there; true where it answered, or has said goodbye. */
async function ask(client: FrameClient): Promise<boolean> {
  const isClosing = (): boolean => client.closeCode !== null;
  client.write(encode({ opcode: opcodes.ping, payload: lastPing }));
  if (!(await client.until(() => client.isPinged || isClosing()))) return false;
  if (!client.messages.some((message) => message.includes('"connection_ack"'))) return true;
  client.write(encode({ opcode: opcodes.text, payload: Buffer.from(lastQuestion) }));
  const isTold = (): boolean => client.messages.some((message) => message.includes(`"id":"${lastId}"`));
  return client.until(() => isTold() || isClosing());
}
