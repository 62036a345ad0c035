import { useTimed } from '../base/use-timed.ts';
import { formatRetry } from '../format/age.ts';

/** How long it takes until the page tries again. It stands outside of alerts, which would be read out each second. */
export function RetryNote({ at }: { readonly at: number | null }) {
  const text = useTimed(() => (at === null ? '' : formatRetry(at - Date.now())));
  return <span className="retry">{text}</span>;
}
