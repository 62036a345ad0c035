import { GraphQLError, Kind, type SelectionSetNode, type ValidationRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Refuses @skip and @include on what a subscription subscribes to, as the specification does (GraphQL, Single Root
 * Field): without it graphql-js throws where nothing is left.
 */
export function useSubscriptionRoot(): Plugin {
  return {
    onValidate: ({ addValidationRule }) => addValidationRule(unconditionalSubscription),
  };
}

const unconditionalSubscription: ValidationRule = (context) => ({
  OperationDefinition: ({ operation, selectionSet }) => {
    if (operation !== 'subscription') return;
    const seen = new Set<string>();
    const check = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        const directive = selection.directives?.find(({ name }) => name.value === 'skip' || name.value === 'include');
        if (directive) {
          const message = `@${directive.name.value} is not allowed on the root of a subscription: leave the subscription out instead.`;
          context.reportError(new GraphQLError(message, { nodes: directive }));
        }
        if (selection.kind === Kind.INLINE_FRAGMENT) check(selection.selectionSet);
        if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) continue;
        seen.add(selection.name.value);
        const fragment = context.getFragment(selection.name.value);
        if (fragment) check(fragment.selectionSet);
      }
    };
    check(selectionSet);
  },
});
