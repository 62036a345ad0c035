/** The name and password of an address, as they were before they were written into it. */
export interface Credentials {
  /** Empty where there is none. */
  readonly user: string;
  readonly password: string;
}

export function readCredentials({ username, password }: Pick<URL, 'username' | 'password'>): Credentials {
  return { user: decode(username), password: decode(password) };
}

/** The value of a header that holds them (RFC 7617); null where there are none. */
export function toBasic({ user, password }: Credentials): string | null {
  if (user === '' && password === '') return null;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that stands for itself.
    return part;
  }
}
