import type { View } from '../address/address.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { findShownList } from '../markets/shown-list.ts';
import { toOperation } from './view-operation.ts';

const keyHint =
  'GraphiQL does not get the API key of this page. Its Headers tab needs {"Authorization": "Bearer <key>"}.';

/** Opens the current view as an operation in GraphiQL. The key is not passed on: GraphiQL has a place for headers. */
export function GraphiQLLink({ view }: { readonly view: View }) {
  const { lists, access } = useServices();
  useStore(lists.kept);
  const kept = view.kind === 'markets' ? (findShownList(view, lists)?.list.markets ?? null) : null;
  return (
    <a
      className="button"
      href={`./graphql?query=${encodeURIComponent(toOperation(view, kept))}`}
      target="_blank"
      rel="noopener"
      title={access.authorization === null ? undefined : keyHint}
    >
      Open in GraphiQL
    </a>
  );
}
