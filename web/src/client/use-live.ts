import { useEffect, useRef, useState } from 'react';
import type { AnyVariables, TypedDocumentNode } from 'urql';
import { Pace } from '../base/pace.ts';
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

/** Nobody reads more than ten prices a second. */
const renderMs = 100;

/**
 * Subscribes while the component is mounted, and renders at most ten times a second, with the newest event. For a table
 * of many markets, gather events in a store instead: see `markets/`. With `null` as variables nothing is subscribed to.
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
    let newest: Live<Data> = nothing;
    const pace = new Pace<Live<Data>>(renderMs, (value) => setLive({ key, ...value }));
    const close = openLive({
      client,
      document,
      variables: () => given,
      onData: (data, missing) => {
        newest = { data, missing, failure: null };
        pace.push(newest);
      },
      onFailure: (failure) => {
        newest = { ...newest, failure };
        pace.push(newest);
      },
    });
    return () => {
      close();
      pace.stop();
    };
  }, [client, document, key]);

  // What belongs to other variables is not shown, not even for a moment.
  return live.key === key ? live : nothing;
}
