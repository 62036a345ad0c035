import type { Plugin } from 'graphql-yoga';

/** Treats an empty operation name as none, as `toOperationName` does. */
export function useOperationName(): Plugin {
  return {
    onParams: ({ params, setParams }) => {
      const { operationName, ...others } = params;
      if (operationName === '') setParams(others);
    },
  };
}
