import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type SelectionSetNode,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { withoutStackTraces } from '../../base/stack-traces.ts';

export interface ValidationOptions {
  /** False where clients may not ask for the schema; then errors suggest nothing of it either. */
  readonly introspection: boolean;
}

/** Nobody reads more, and each takes a look through the whole document for its place. */
const maxErrors = 20;

/** Validates documents of one schema: says what is wrong with them, at most 20 errors, and nothing where they are valid. */
export function createDocumentValidator(
  schema: GraphQLSchema,
  { introspection }: ValidationOptions,
): (document: DocumentNode) => readonly GraphQLError[] {
  const rules = [
    ...specifiedRules,
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
    unconditionalSubscription,
  ];
  const options = { maxErrors, hideSuggestions: !introspection };
  // A stack keeps all that validation has made in memory, some 60 KB, for as long as there is the error.
  return (document) => withoutStackTraces(() => validate(schema, document, rules, options));
}

/**
 * Refuses @skip and @include on what a subscription subscribes to, as the specification does (GraphQL, Single Root
 * Field): without it graphql-js throws where nothing is left.
 */
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
