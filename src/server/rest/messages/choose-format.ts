import { MarketDataError } from '../../../market/errors.ts';
import { chooseMediaType } from '../../http/messages/accept.ts';
import { refuse } from '../../http/messages/refusal.ts';
import { httpStatus } from '../../http/messages/statuses.ts';

export type ResourceFormat = 'json' | 'csv';

/** The parameter of the query string that names the format. It takes precedence over the Accept header. */
export const formatParameter = 'format';

export const mediaTypes: Readonly<Record<ResourceFormat, string>> = { json: 'application/json', csv: 'text/csv' };

/**
 * The format in which a client wants a resource that has these formats. Throws an error with the status 406 if the
 * resource does not have it. `given` is the value of the parameter, null if there is none.
 */
export function chooseFormat(
  formats: readonly ResourceFormat[],
  given: string | null,
  accept: string | undefined,
): ResourceFormat {
  if (given !== null) return findFormat(formats, given);
  const offered = formats.map((format) => mediaTypes[format]);
  const mediaType = chooseMediaType(accept, offered);
  const chosen = formats.find((format) => mediaTypes[format] === mediaType);
  if (chosen) return chosen;
  throw refuse(httpStatus.notAcceptable, `This resource is available as ${offered.join(' and ')}: change Accept.`);
}

function findFormat(formats: readonly ResourceFormat[], given: string): ResourceFormat {
  const wanted = given.toLowerCase();
  const found = formats.find((format) => format === wanted);
  if (found) return found;
  if (!Object.hasOwn(mediaTypes, wanted)) {
    throw new MarketDataError('BAD_USER_INPUT', `${formatParameter} must be ${Object.keys(mediaTypes).join(' or ')}.`);
  }
  throw refuse(httpStatus.notAcceptable, `This resource is available only as ${formats.join(' and ')}.`);
}
