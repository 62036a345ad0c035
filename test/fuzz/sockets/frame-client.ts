import { connect, type Socket } from 'node:net';
import { encode, FrameReader, opcodes } from './frames.ts';
import type { FrameSequence } from './sequences.ts';

/** The server's reaction to a sequence. */
export interface Outcome {
  /** Status of the answer to the upgrade; null if there was none. */
  readonly status: number | null;
  /** The text messages in the order received. */
  readonly messages: readonly string[];
  /** The code of the server's close frame, 1005 if the frame has none; null if there was no close frame. */
  readonly closeCode: number | null;
  /** True if the server ended the connection. */
  readonly isEnded: boolean;
  /** True if it answered the last request. */
  readonly isAnswered: boolean;
  /** Why what it sent could not be read; null if it could. */
  readonly protocolError: string | null;
}

/** How long to wait for the server, in ms. A reaction that takes longer will not come. */
const timeoutMs = 10_000;

const lastPing = Buffer.from('last');
const lastId = 'last';
const lastRequest = JSON.stringify({
  type: 'subscribe',
  id: lastId,
  payload: { query: '{ exchange(id: "sim") { id } }' },
});

/** A client on plain TCP, since no library would send such frames. */
class FrameClient {
  readonly messages: string[] = [];
  status: number | null = null;
  closeCode: number | null = null;
  isEnded = false;
  protocolError: string | null = null;
  hasPong = false;

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

  /** Disconnects in one of several ways. */
  leave(end: FrameSequence['end']): void {
    if (end === 'close') this.write(encode({ opcode: opcodes.close, payload: Buffer.from([3, 232]) }));
    if (end === 'reset') this.#socket.resetAndDestroy();
    else if (end === 'end') this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Resolves with true once the condition holds or the server has closed; with false if neither happens in time. */
  until(condition: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (condition() || this.isEnded) finish(true);
      };
      const finish = (isInTime: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(isInTime);
      };
      const timer = setTimeout(() => finish(false), timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  #read(bytes: Buffer): void {
    try {
      this.#readFrames(this.#readHead(bytes));
    } catch (error) {
      this.protocolError = String(error);
    }
    this.#notify();
  }

  /** Reads the answer to the upgrade and returns the bytes after it. */
  #readHead(bytes: Buffer): Buffer {
    if (this.#head === null) return bytes;
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return Buffer.alloc(0);
    const rest = this.#head.subarray(end + 4);
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(this.#head.toString('latin1')) ?? [];
    if (status === undefined) throw new RangeError('the answer is not HTTP');
    this.status = Number(status);
    this.#head = null;
    return rest;
  }

  #readFrames(bytes: Buffer): void {
    if (this.status !== 101) return;
    for (const { opcode, payload } of this.#reader.read(bytes)) {
      if (opcode === opcodes.text) this.messages.push(payload.toString());
      else if (opcode === opcodes.close) this.closeCode = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
      else if (opcode === opcodes.pong) this.hasPong ||= payload.equals(lastPing);
      else if (opcode !== opcodes.ping) throw new RangeError(`a frame with the opcode ${opcode}`);
    }
  }

  #notify(): void {
    for (const check of this.#waiting) check();
  }
}

/** Sends a sequence to the server. */
export async function playSequence(port: number, sequence: FrameSequence): Promise<Outcome> {
  const { upgrade, writes, isEarly, waitsForReply, isIncomplete, end } = sequence;
  const client = new FrameClient(port);
  const [first, ...others] = writes;
  if (isEarly && first) client.write(Buffer.concat([Buffer.from(upgrade.text), first]));
  else client.write(upgrade.text);
  const isAnsweredUpgrade = (): boolean => client.status !== null;
  // With these headers the server still waits for a body.
  const isWhole = !/Content-Length|Transfer-Encoding/.test(upgrade.text);
  let isAnswered = isWhole ? await client.until(isAnsweredUpgrade) : true;
  if (!isEarly && first) client.write(first);
  if (waitsForReply && client.status === 101) {
    isAnswered &&= await client.until(() => client.messages.length > 0 || client.closeCode !== null);
  }
  for (const bytes of others) client.write(bytes);
  if (client.status === 101 && end === 'ask' && !isIncomplete) isAnswered &&= await ask(client);
  else client.leave(end);
  if (client.status === 101 && end === 'close' && !isIncomplete)
    isAnswered &&= await client.until(() => client.closeCode !== null);
  client.destroy();
  const { status, messages, closeCode, isEnded, protocolError } = client;
  return { status, messages, closeCode, isEnded, isAnswered, protocolError };
}

/** Sends a ping and a query; resolves with true if the server answers, or closes the connection properly. */
async function ask(client: FrameClient): Promise<boolean> {
  const isClosing = (): boolean => client.closeCode !== null;
  client.write(encode({ opcode: opcodes.ping, payload: lastPing }));
  if (!(await client.until(() => client.hasPong || isClosing()))) return false;
  if (!client.messages.some((message) => message.includes('"connection_ack"'))) return true;
  client.write(encode({ opcode: opcodes.text, payload: Buffer.from(lastRequest) }));
  const isAnsweredById = (): boolean => client.messages.some((message) => message.includes(`"id":"${lastId}"`));
  return client.until(() => isAnsweredById() || isClosing());
}
