import { readableCodings } from './content-coding.ts';
import { maxBodyBytes } from './read-body.ts';
import type { Refusal } from './refusal.ts';
import { httpStatus } from './statuses.ts';

/** Why the body of a request cannot be used. */
export interface BodyFault extends Refusal {
  readonly message: string;
}

export const tooLarge: BodyFault = {
  status: httpStatus.contentTooLarge,
  message: `The body is larger than the maximum of ${maxBodyBytes / 1024} KB.`,
  headers: {},
};

/** The content type is not supported. */
export const unsupportedType: BodyFault = {
  status: httpStatus.unsupportedMediaType,
  message: 'Send the request as JSON, with content-type: application/json.',
  headers: {},
};

/** The compression is not supported. */
export const unknownCoding: BodyFault = {
  status: httpStatus.unsupportedMediaType,
  message: `Send the body without compression, or with one of these content-encodings: ${readableCodings}.`,
  headers: { 'accept-encoding': readableCodings },
};

/** The body does not match its content-encoding. */
export function corruptBody(coding: string): BodyFault {
  return {
    status: httpStatus.badRequest,
    message: `The content-encoding of the body is ${coding}, but the body is not valid ${coding} or is incomplete.`,
    headers: {},
  };
}
