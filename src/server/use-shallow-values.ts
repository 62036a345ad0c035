import type { Plugin } from 'graphql-yoga';
import { requireShallow } from './nesting.ts';

/** Refuses requests whose values are nested too deeply. */
export function useShallowValues(): Plugin {
  return {
    onParams: ({ params }) => requireShallow(params),
  };
}
