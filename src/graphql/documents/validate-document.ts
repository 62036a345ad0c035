import {
  type DocumentNode,
  FragmentsOnCompositeTypesRule,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  KnownDirectivesRule,
  KnownFragmentNamesRule,
  NoFragmentCyclesRule,
  NoSchemaIntrospectionCustomRule,
  NoUndefinedVariablesRule,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  PossibleFragmentSpreadsRule,
  type SelectionSetNode,
  specifiedRules,
  UniqueDirectivesPerLocationRule,
  UniqueFragmentNamesRule,
  UniqueVariableNamesRule,
  type ValidationRule,
  VariablesAreInputTypesRule,
  VariablesInAllowedPositionRule,
  validate,
} from 'graphql';
import { withoutStackTraces } from '../../base/stack-traces.ts';
import { combineRules } from './combine-rules.ts';

export interface ValidationOptions {
  /** False if clients may not query the schema. Errors then suggest no names from it either. */
  readonly introspection: boolean;
}

/** Nobody reads more errors, and each of them takes a search through the whole document to locate it. */
const maxErrors = 20;

/** What a document must contain so that a rule can find something: one of these texts. */
interface MarkedRules {
  readonly marks: readonly string[];
  readonly rules: ReadonlySet<ValidationRule>;
}

/** The rules about optional parts of documents. A document without such parts needs none of them. */
const markedRules: readonly MarkedRules[] = [
  {
    marks: ['$'],
    rules: new Set([
      VariablesAreInputTypesRule,
      UniqueVariableNamesRule,
      NoUndefinedVariablesRule,
      NoUnusedVariablesRule,
      VariablesInAllowedPositionRule,
    ]),
  },
  {
    marks: ['...', 'fragment'],
    rules: new Set([
      FragmentsOnCompositeTypesRule,
      UniqueFragmentNamesRule,
      KnownFragmentNamesRule,
      NoUnusedFragmentsRule,
      PossibleFragmentSpreadsRule,
      NoFragmentCyclesRule,
    ]),
  },
  { marks: ['@'], rules: new Set([KnownDirectivesRule, UniqueDirectivesPerLocationRule]) },
];

/** Creates a function that validates documents against the schema and returns at most 20 errors. */
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
  // A stack trace would keep all objects of the validation, some 60 KB, in memory for as long as the error exists.
  return (document) => {
    const rule = combineRules(withoutIdle(rules, document.loc?.source.body));
    return withoutStackTraces(() => validate(schema, document, [rule], options));
  };
}

/** The rules that can find something in a document with this text; all of them if the text is not known. */
function withoutIdle(rules: readonly ValidationRule[], text: string | undefined): readonly ValidationRule[] {
  if (text === undefined) return rules;
  const idle = markedRules.filter(({ marks }) => !marks.some((mark) => text.includes(mark)));
  return rules.filter((rule) => !idle.some((marked) => marked.rules.has(rule)));
}

/**
 * Rejects @skip and @include on the root field of a subscription, as the GraphQL specification demands (Single Root
 * Field). Without this rule graphql-js throws when no field is left.
 */
const unconditionalSubscription: ValidationRule = (context) => ({
  OperationDefinition: ({ operation, selectionSet }) => {
    if (operation !== 'subscription') return;
    const seen = new Set<string>();
    const check = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        const directive = selection.directives?.find(({ name }) => name.value === 'skip' || name.value === 'include');
        if (directive) {
          const message = `@${directive.name.value} is not allowed on the root field of a subscription: do not send the subscription instead.`;
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
