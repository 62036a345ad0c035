import type { Plugin } from 'graphql-yoga';
import { requireShallow } from '../../../graphql/documents/value-depth.ts';

/** Refuses requests whose values are nested too deeply. */
export function useShallowValues(): Plugin {
  return {
    onParams: ({ params }) => requireShallow(params),
  };
}
