import { randomBytes } from 'node:crypto';

const sane = /^[\w.-]{1,64}$/;

/** The id that a client, or a proxy before it, gave a request; null where there is none, or none to be copied into a log. */
export function toGivenId(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && sane.test(header) ? header : null;
}

/** Makes ids that no other process makes: a counter after some random characters. */
export function createRequestIds(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
