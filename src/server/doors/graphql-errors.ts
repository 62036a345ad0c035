import { readableCodings } from '../http/messages/content-coding.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { maxBodyBytes } from '../http/messages/read-body.ts';
import { sendError } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';

/** Answers a body that is too large. */
export function sendTooLarge(context: HttpContext): void {
  const message = `The body has more than ${maxBodyBytes / 1024} KB, which is the most there may be.`;
  sendError(context, httpStatus.contentTooLarge, message, 'BAD_USER_INPUT');
}

/** Answers a body of a type that is not read here. */
export function sendUnsupported(context: HttpContext): void {
  const message = 'Send the request as JSON, with content-type: application/json.';
  sendError(context, httpStatus.unsupportedMediaType, message, 'BAD_USER_INPUT');
}

/** Answers a body that is compressed in a way that is not read here. */
export function sendUnknownCoding(context: HttpContext): void {
  const message = `Send the body as it is, or with one content-encoding of ${readableCodings}.`;
  const headers = { 'accept-encoding': readableCodings };
  sendError(context, httpStatus.unsupportedMediaType, message, 'BAD_USER_INPUT', headers);
}

/** Answers a body that is not compressed as it says. */
export function sendCorrupt(context: HttpContext, coding: string): void {
  const message = `The body is not ${coding}, as its content-encoding says, or a part of it is missing.`;
  sendError(context, httpStatus.badRequest, message, 'BAD_USER_INPUT');
}
