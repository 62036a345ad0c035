/** The username and password of a URL, decoded. */
export interface Credentials {
  /** Empty if there is none. */
  readonly user: string;
  readonly password: string;
}

export function readCredentials({ username, password }: Pick<URL, 'username' | 'password'>): Credentials {
  return { user: decode(username), password: decode(password) };
}

/** The value of a header that holds them (RFC 7617); null if there are none. */
export function toBasic({ user, password }: Credentials): string | null {
  if (user === '' && password === '') return null;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that is not an escape.
    return part;
  }
}
