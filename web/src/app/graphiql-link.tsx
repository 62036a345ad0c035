import type { View } from '../address/address.ts';
import { toOperation } from './view-operation.ts';

/** Opens the current view as an operation in GraphiQL. The key is not passed on: GraphiQL has a place for headers. */
export function GraphiQLLink({ view }: { readonly view: View }) {
  return (
    <a
      className="button"
      href={`./graphql?query=${encodeURIComponent(toOperation(view))}`}
      target="_blank"
      rel="noopener"
    >
      Open in GraphiQL
    </a>
  );
}
