import { readableCodings } from '../http/messages/content-coding.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { maxBodyBytes } from '../http/messages/read-body.ts';
import { sendError } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';

/** Answers a body that is too large. */
export function sendTooLarge(context: HttpContext): void {
  const message = `The body is larger than the maximum of ${maxBodyBytes / 1024} KB.`;
  sendError(context, httpStatus.contentTooLarge, message, 'BAD_USER_INPUT');
}

/** Answers a body whose content type is not supported. */
export function sendUnsupported(context: HttpContext): void {
  const message = 'Send the request as JSON, with content-type: application/json.';
  sendError(context, httpStatus.unsupportedMediaType, message, 'BAD_USER_INPUT');
}

/** Answers a body whose compression is not supported. */
export function sendUnknownCoding(context: HttpContext): void {
  const message = `Send the body without compression, or with one of these content-encodings: ${readableCodings}.`;
  const headers = { 'accept-encoding': readableCodings };
  sendError(context, httpStatus.unsupportedMediaType, message, 'BAD_USER_INPUT', headers);
}

/** Answers a body that does not match its content-encoding. */
export function sendCorrupt(context: HttpContext, coding: string): void {
  const message = `The content-encoding of the body is ${coding}, but the body is not valid ${coding} or is incomplete.`;
  sendError(context, httpStatus.badRequest, message, 'BAD_USER_INPUT');
}
