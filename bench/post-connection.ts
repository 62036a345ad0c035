import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

const endOfHead = Buffer.from('\r\n\r\n');
const lengthHeader = /\r\ncontent-length: *(\d+)/i;
const success = 'HTTP/1.1 200 ';
const beginOfData = '{"data":{';

/** A connection that posts one request at a time to `/graphql`, and looks at as little of the answers as it must. */
export class PostConnection {
  readonly #socket: Socket;
  /** The request that was sent last. */
  #body = '';
  #request: Buffer = Buffer.alloc(0);
  #minLength = 0;
  /** The part of an answer's head that has arrived. */
  #head: Buffer = Buffer.alloc(0);
  /** How many bytes of the body are missing; null until its head has arrived. */
  #missing: number | null = null;
  #isGood = false;
  #done: (isGood: boolean) => void = () => {};

  static async open(port: number): Promise<PostConnection> {
    const socket = createConnection(port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    return new PostConnection(socket);
  }

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#done(false));
  }

  /** Resolves with true for an answer with status 200 and data of at least this length. */
  post(body: string, minLength: number): Promise<boolean> {
    this.#minLength = minLength;
    if (body !== this.#body) {
      this.#body = body;
      this.#request = toRequest(body);
    }
    return new Promise((resolve) => {
      this.#done = resolve;
      if (this.#socket.destroyed) resolve(false);
      else this.#socket.write(this.#request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#missing === null) this.#readHead(chunk);
    else this.#missing -= chunk.length;
    if (this.#missing !== null && this.#missing <= 0) {
      this.#missing = null;
      this.#done(this.#isGood);
    }
  }

  #readHead(chunk: Buffer): void {
    const received = this.#head.length > 0 ? Buffer.concat([this.#head, chunk]) : chunk;
    const end = received.indexOf(endOfHead);
    const begin = end + endOfHead.length;
    // The check of the data needs its first bytes, too.
    if (end < 0 || received.length < begin + beginOfData.length) {
      this.#head = received;
      return;
    }
    this.#head = Buffer.alloc(0);
    const head = received.toString('latin1', 0, end);
    const [, digits] = lengthHeader.exec(head) ?? [];
    if (digits === undefined) throw new Error(`an answer has no length: ${head}`);
    const length = Number(digits);
    const hasData = received.toString('latin1', begin, begin + beginOfData.length) === beginOfData;
    this.#isGood = head.startsWith(success) && length >= this.#minLength && hasData;
    this.#missing = length - (received.length - begin);
  }
}

function toRequest(body: string): Buffer {
  const head = [
    'POST /graphql HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    'accept: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
