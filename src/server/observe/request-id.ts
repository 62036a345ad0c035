import { randomBytes } from 'node:crypto';

const sane = /^[\w.-]{1,64}$/;

/** The request id from the client or a proxy; null if there is none or if it is not safe to log. */
export function toGivenId(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && sane.test(header) ? header : null;
}

/** Creates ids that are unique across processes: random characters, then a counter. */
export function createRequestIds(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
