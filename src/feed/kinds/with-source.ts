import type { Source } from '../../market/model/ticker.ts';
import type { CallKind } from '../reconcile/reconciler.ts';

const sourceOf: Readonly<Record<CallKind, Source>> = { fetch: 'FETCH', poll: 'POLL' };

/** The value with the source that says why it was fetched. */
export function withSource<V extends { readonly source: Source }>(value: V, kind: CallKind): V {
  const source = sourceOf[kind];
  return value.source === source ? value : Object.freeze({ ...value, source });
}
