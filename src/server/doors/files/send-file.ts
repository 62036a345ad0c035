import type { OutgoingHttpHeaders } from 'node:http';
import { chooseCoding } from '../../http/messages/accept-encoding.ts';
import { isNamedBy, toEtag } from '../../http/messages/etag.ts';
import type { HttpContext } from '../../http/messages/http-context.ts';
import { asDeclared } from '../../http/messages/send.ts';
import { httpStatus } from '../../http/messages/statuses.ts';
import type { BuiltFile } from './built-file.ts';

/** Caches ask each time whether the file has changed, because its address stays the same. */
export const revalidated = 'no-cache';

/** The address of the file changes with its bytes, so caches keep it for as long as the standard suggests. */
export const immutable = 'public, max-age=31536000, immutable';

/** Answers with a file in the coding that the client wants most, or with 304 if the client has it already. */
export async function sendFile(
  { request, response }: HttpContext,
  file: BuiltFile,
  cacheControl: string,
  headers: OutgoingHttpHeaders = {},
): Promise<void> {
  const coding = chooseCoding(request.headers['accept-encoding'], file.codings);
  const etag = toEtag(file.digest, `-${coding}`);
  const common = { ...asDeclared, vary: 'Accept-Encoding', ...headers, etag, 'cache-control': cacheControl };
  if (isNamedBy(request.headers['if-none-match'] ?? '', etag)) {
    response.writeHead(httpStatus.notModified, common).end();
    return;
  }
  const body = await file.read(coding);
  if (response.destroyed) return;
  const encoding = coding === 'identity' ? {} : { 'content-encoding': coding };
  const described = { 'content-type': file.contentType, 'content-length': body.length, ...encoding };
  response.writeHead(httpStatus.ok, { ...common, ...described }).end(body);
}
