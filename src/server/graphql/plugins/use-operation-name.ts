import type { Plugin } from 'graphql-yoga';

/** Takes an empty operation name for none, as `toOperationName` does. */
export function useOperationName(): Plugin {
  return {
    onParams: ({ params, setParams }) => {
      const { operationName, ...others } = params;
      if (operationName === '') setParams(others);
    },
  };
}
