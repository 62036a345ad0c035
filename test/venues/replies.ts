import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Fault } from './faults.ts';
import { spoil } from './nonsense.ts';

/** An answer before it is sent. A string body is sent unchanged (HTML), anything else as JSON. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const htmlPage = '<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body>Checking</body></html>\n';
const jsonHead = { 'content-type': 'application/json;charset=UTF-8' };
const gzipHead = { ...jsonHead, 'content-encoding': 'gzip' };
const dripMs = 25;
const chunkBytes = 1 << 20;

/** Sends a complete, healthy answer. */
export function send(response: ServerResponse, { status = 200, headers = {}, body }: Reply): void {
  const isText = typeof body === 'string';
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  const type = isText ? { 'content-type': 'text/html; charset=UTF-8' } : jsonHead;
  response.writeHead(status, { ...type, 'content-length': bytes.length, ...headers }).end(bytes);
}

/** Applies a fault to the answer that would have been sent. `refuse` returns the exchange's own answer for a status. */
export function sendFaulty(
  response: ServerResponse,
  fault: Fault,
  healthy: Reply,
  refuse: (status: number) => Reply,
): void {
  const json = Buffer.from(JSON.stringify(healthy.body));
  const half = json.subarray(0, Math.ceil(json.length / 2));
  switch (fault.kind) {
    case 'status': {
      const usual = refuse(fault.status);
      const headers = { ...usual.headers, ...fault.headers };
      send(response, { status: fault.status, headers, body: fault.body ?? usual.body });
      return;
    }
    case 'raw':
      send(response, { headers: jsonHead, body: fault.text });
      return;
    case 'packed':
      response.writeHead(200, { ...jsonHead, 'content-encoding': fault.encoding }).end(fault.bytes);
      return;
    case 'numbers':
      send(response, { ...healthy, body: spoil(healthy.body, fault.as) });
      return;
    case 'wrong-type':
      send(response, { ...healthy, headers: { 'content-type': 'image/png' } });
      return;
    case 'hang':
      return;
    case 'hang-body':
      response.writeHead(200, { ...jsonHead, 'content-length': json.length }).write(half);
      return;
    case 'drip': {
      response.writeHead(200, { ...jsonHead, 'content-length': json.length });
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        response.write(json.subarray(sent - 1, sent));
        if (sent === json.length) response.end();
      }, dripMs);
      response.on('close', () => clearInterval(timer));
      return;
    }
    case 'cut':
      response.socket?.destroy();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut-body':
      response.writeHead(200, { ...jsonHead, 'content-length': json.length });
      response.write(half, () => response.socket?.destroy());
      return;
    case 'cut-gzip': {
      const zipped = gzipSync(json);
      response.writeHead(200, { ...gzipHead, 'content-length': zipped.length });
      response.write(zipped.subarray(0, zipped.length / 2), () => response.socket?.destroy());
      return;
    }
    case 'garbage':
      send(response, { body: htmlPage });
      return;
    case 'truncated':
      response.writeHead(200, { ...jsonHead, 'content-length': half.length }).end(half);
      return;
    case 'truncated-gzip': {
      const zipped = gzipSync(json);
      response.writeHead(200, gzipHead).end(zipped.subarray(0, zipped.length / 2));
      return;
    }
    case 'bad-gzip':
      response.writeHead(200, gzipHead).end('these bytes are not gzip');
      return;
    case 'huge':
      pipeline(Readable.from(endless()), response.writeHead(200, jsonHead), () => {});
      return;
    case 'bomb':
      pipeline(Readable.from(endlessPacked()), response.writeHead(200, gzipHead), () => {});
      return;
    case 'empty':
      response.writeHead(200, { ...jsonHead, 'content-length': 0 }).end();
      return;
  }
}

/** Half a GB, which is more than any reader should accept. */
const hugeMb = 512;
const memberMb = 16;

function* endless(): Generator<Buffer> {
  const chunk = Buffer.alloc(chunkBytes, '"nonsense",');
  yield Buffer.from('[');
  for (let sent = 0; sent < hugeMb; sent++) yield chunk;
}

/** The same length, compressed once: a gzip file may have many members. */
function* endlessPacked(): Generator<Buffer> {
  const member = gzipSync(Buffer.alloc(memberMb * chunkBytes, ' '), { level: 1 });
  for (let sent = 0; sent < hugeMb; sent += memberMb) yield member;
}
