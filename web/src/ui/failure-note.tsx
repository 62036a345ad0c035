import { type Failure, retryTime } from '../client/error-text.ts';
import { RetryNote } from './retry-note.tsx';

/** The server's sentence about what went wrong, and when the page tries again. */
export function FailureNote({ failure }: { readonly failure: Failure | null }) {
  if (!failure) return null;
  return (
    <p className="failure">
      <span role="alert">{failure.message}</span> <RetryNote at={retryTime(failure)} />
    </p>
  );
}
