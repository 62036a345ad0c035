import { randomBytes } from 'node:crypto';

const sane = /^[\w.-]{1,64}$/;

/** The id that a client, or a proxy in between, gave a request; null if there is none, or none that is safe to log. */
export function toGivenId(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && sane.test(header) ? header : null;
}

/** Creates ids that no other process creates: a counter after some random characters. */
export function createRequestIds(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
