import type { Failure } from '../client/error-text.ts';

/** The server's sentence about what went wrong. */
export function FailureNote({ failure }: { readonly failure: Failure | null }) {
  if (!failure) return null;
  return (
    <p className="failure" role="alert">
      {failure.message} {failure.retryAfterMs !== null && <span>Trying again.</span>}
    </p>
  );
}
