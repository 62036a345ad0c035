import { useEffect, useRef, useState } from 'react';
import type { AnyVariables, TypedDocumentNode } from 'urql';
import type { Failure } from './error-text.ts';
import { openLive } from './open-live.ts';
import { useServices } from './services.ts';

/** The newest event of a subscription, and the failure that has ended it, if one has. */
export interface Live<Data> {
  readonly data: Data | null;
  /** What the server could not fetch for the newest event. */
  readonly missing: Failure | null;
  readonly failure: Failure | null;
}

const nothing = { data: null, missing: null, failure: null };

/**
 * Subscribes while the component is mounted, and renders at each event. For a table of many markets, gather events in a
 * store instead: see `markets/`. With `null` as variables nothing is subscribed to.
 */
export function useLive<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables | null,
): Live<Data> {
  const { client } = useServices();
  const key = JSON.stringify(variables);
  const latest = useRef(variables);
  latest.current = variables;
  const [live, setLive] = useState<Live<Data> & { readonly key: string }>({ key, ...nothing });

  useEffect(() => {
    const given = latest.current;
    if (given === null) return;
    return openLive({
      client,
      document,
      variables: () => given,
      onData: (data, missing) => setLive({ key, data, missing, failure: null }),
      onFailure: (failure) => setLive((last) => ({ ...(last.key === key ? last : nothing), key, failure })),
    });
  }, [client, document, key]);

  // What belongs to other variables is not shown, not even for a moment.
  return live.key === key ? live : nothing;
}
