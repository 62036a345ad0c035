import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/** The longest responses of exchanges are lists of all their markets: less than 20 MB, decompressed. */
const maxBytes = 64 * 1024 * 1024;

/** A response of undici's `request`, as far as it is used here. */
interface CompressedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readable;
}

/**
 * Makes an instance give up a response that is longer than 64 MiB, as received or decompressed: it rejects with
 * BadResponse, and the socket is freed. It also rejects when the connection breaks within a compressed response; in
 * ccxt such a call never settles.
 */
export function limitBodies(exchange: Exchange): void {
  const optionsOf = exchange.getDispatcherOptions.bind(exchange);
  exchange.getDispatcherOptions = (isPlainAgent) => ({ ...optionsOf(isPlainAgent), maxResponseSize: maxBytes });

  const bodyOf = exchange.undiciBody.bind(exchange);
  exchange.undiciBody = async (response: CompressedResponse, binary = false) => {
    const decompressor = toDecompressor(response);
    const tooLong = () => new ccxtErrors.BadResponse(`${exchange.id} sent an answer of more than ${maxBytes} bytes`);
    if (decompressor !== null) {
      const body = await decompress(response.body, decompressor, tooLong);
      return binary ? body : body.toString('utf8');
    }
    try {
      return await bodyOf(response, binary);
    } catch (error) {
      const isTooLong = error instanceof Error && 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
      throw isTooLong ? tooLong() : error;
    }
  };
}

function toDecompressor({ statusCode, headers }: CompressedResponse): Transform | null {
  // Responses with these statuses have no body, whatever their headers say.
  if (statusCode === 204 || statusCode === 304) return null;
  switch (headers['content-encoding']) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      return createInflate();
    default:
      return null;
  }
}

async function decompress(packed: Readable, decompressor: Transform, tooLong: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const collect = async (decompressed: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of decompressed) {
      bytes += chunk.length;
      if (bytes > maxBytes) return;
      chunks.push(chunk);
    }
  };
  try {
    await pipeline(packed, decompressor, collect);
  } catch (error) {
    // An early end of reading looks like a broken connection.
    if (bytes <= maxBytes) throw error;
  }
  if (bytes > maxBytes) throw tooLong();
  return Buffer.concat(chunks);
}
