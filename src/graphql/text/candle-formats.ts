import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { CandleFormat } from '../../market/model/candle-text.ts';
import { isCandleField, JsonCandleFormat, ohlcvFormat, type SelectedField } from './json-candle-format.ts';

type Info = Pick<GraphQLResolveInfo, 'path' | 'schema' | 'operation' | 'fragments'>;

/** Fields in one place of the answer that have the same name there. */
interface Selection {
  readonly nodes: readonly FieldNode[];
  /** True if one of them may be left out, which depends on variables. */
  readonly isConditional: boolean;
}

/** A place in the answer: its type, and the selection sets that apply to it. */
interface Place {
  readonly type: GraphQLNamedType | null | undefined;
  readonly sets: readonly SelectionSetNode[];
}

/**
 * The formats in which operations select candles. They are found by the path of a field in the answer, because
 * graphql-jit 0.8 can give a resolver the nodes of another field: it joins the names of a path with underscores, so that
 * the paths `a.b` and `a_b` are the same to it, and so are paths below different types of an interface.
 *
 * There is no format if what is selected depends on variables or on the type of an object; then the executor answers.
 */
export class CandleFormats {
  // A format is released together with the document of its operation.
  readonly #known = new WeakMap<OperationDefinitionNode, Map<string, CandleFormat | null>>();

  /** The format of the field that is being resolved; null if it has none. */
  find(info: Info): CandleFormat | null {
    const names = namesOf(info.path);
    const path = names.join('.');
    const ofOperation = this.#known.get(info.operation) ?? new Map<string, CandleFormat | null>();
    const known = ofOperation.get(path);
    if (known !== undefined) return known;
    const format = toFormat(info, names);
    this.#known.set(info.operation, ofOperation.set(path, format));
    return format;
  }
}

/** The names in a path, without the positions in lists. */
function namesOf(path: Info['path']): readonly string[] {
  const names: string[] = [];
  for (let at: Info['path'] | undefined = path; at; at = at.prev) if (typeof at.key === 'string') names.push(at.key);
  return names.reverse();
}

function toFormat(info: Info, path: readonly string[]): CandleFormat | null {
  let at: Place | null = { type: info.schema.getQueryType(), sets: [info.operation.selectionSet] };
  for (const name of path) {
    at = enter(info, at, name);
    if (!at) return null;
  }
  const { type, sets } = at;
  if (type?.name === 'OHLCV') return ohlcvFormat;
  const selected = type?.name === 'Candle' ? collect(info, type, sets) : null;
  return selected && toCandleFormat(selected);
}

/** Goes one name further into the answer. Null if it depends on variables or on a type what is selected there. */
function enter(info: Info, { type, sets }: Place, name: string): Place | null {
  if (!isObjectType(type)) return null;
  const selection = collect(info, type, sets)?.get(name);
  const field = type.getFields()[selection?.nodes[0]?.name.value ?? ''];
  if (!selection || !field || (selection.isConditional && selection.nodes.length > 1)) return null;
  return {
    type: getNamedType(field.type),
    sets: selection.nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
  };
}

function toCandleFormat(selected: ReadonlyMap<string, Selection>): CandleFormat | null {
  const fields: SelectedField[] = [];
  for (const [name, { nodes, isConditional }] of selected) {
    const field = nodes[0]?.name.value ?? '';
    if (isConditional || !isCandleField(field)) return null;
    fields.push({ name, field });
  }
  return new JsonCandleFormat(fields);
}

/**
 * The selections on an object type by their names in the answer, in order. Null if a fragment has another type: it may
 * be an interface.
 */
function collect(
  { fragments }: Info,
  type: GraphQLNamedType,
  sets: readonly SelectionSetNode[],
): ReadonlyMap<string, Selection> | null {
  const found = new Map<string, Selection>();
  const spread = new Set<string>();
  const add = (name: string, node: FieldNode, isConditional: boolean): void => {
    const before = found.get(name);
    found.set(name, {
      nodes: [...(before?.nodes ?? []), node],
      isConditional: isConditional || (before?.isConditional ?? false),
    });
  };
  const visit = ({ selections }: SelectionSetNode, isBelowDirective: boolean): boolean =>
    selections.every((selection) => {
      const isConditional = isBelowDirective || (selection.directives ?? []).length > 0;
      if (selection.kind === Kind.FIELD) {
        add((selection.alias ?? selection.name).value, selection, isConditional);
        return true;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition, selectionSet } = selection;
        return (!typeCondition || typeCondition.name.value === type.name) && visit(selectionSet, isConditional);
      }
      const { value } = selection.name;
      // A fragment counts once. If its first spread may be left out, all that it selects counts as conditional.
      if (spread.has(value)) return true;
      spread.add(value);
      const fragment = fragments[value];
      return fragment?.typeCondition.name.value === type.name && visit(fragment.selectionSet, isConditional);
    });
  return sets.every((set) => visit(set, false)) ? found : null;
}
