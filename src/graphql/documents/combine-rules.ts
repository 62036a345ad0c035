import { type ASTNode, type ASTVisitor, BREAK, getEnterLeaveForKind, Kind, type ValidationRule } from 'graphql';

/** The visitor of one rule for one document. */
interface RuleVisitor {
  readonly visitor: ASTVisitor;
  /** The node below which the rule visits nothing, or BREAK if it has ended; null while it visits. */
  skipped: unknown;
}

interface Visit extends ReturnType<typeof getEnterLeaveForKind> {
  readonly rule: RuleVisitor;
}

const kinds = Object.values(Kind);
const kindByName: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [kind, kind]));

/**
 * Combines validation rules into one, whose visitor has only the kinds of nodes that one of them visits. `validate` of
 * graphql-js 16 asks every rule for every kind of node, for each document: 43 kinds of 28 rules, which is half of the
 * time that it takes to validate a short query. The rules run in the same order and report the same errors.
 */
export function combineRules(rules: readonly ValidationRule[]): ValidationRule {
  return (context) => {
    const visits = new Map<Kind, Visit[]>();
    for (const rule of rules) addVisits(visits, rule(context));
    const combined: Partial<Record<Kind, ReturnType<typeof getEnterLeaveForKind>>> = {};
    for (const [kind, ofKind] of visits) combined[kind] = inOrder(ofKind);
    return combined;
  };
}

function addVisits(visits: Map<Kind, Visit[]>, visitor: ASTVisitor): void {
  const rule: RuleVisitor = { visitor, skipped: null };
  for (const kind of kindsOf(visitor)) {
    const { enter, leave } = getEnterLeaveForKind(visitor, kind);
    const visit: Visit = { rule, ...(enter ? { enter } : {}), ...(leave ? { leave } : {}) };
    const ofKind = visits.get(kind);
    if (ofKind) ofKind.push(visit);
    else visits.set(kind, [visit]);
  }
}

/** The kinds that a visitor names; all of them for a visitor of any kind of node. */
function kindsOf(visitor: ASTVisitor): readonly Kind[] {
  const found: Kind[] = [];
  for (const name of Object.keys(visitor)) {
    const kind = kindByName.get(name);
    if (kind === undefined) return kinds;
    found.push(kind);
  }
  return found;
}

/** Visits a node with several rules, as `visitInParallel` of graphql-js does. Rules of validation change no node. */
function inOrder(visits: readonly Visit[]): ReturnType<typeof getEnterLeaveForKind> {
  return {
    enter: (node: ASTNode, key, parent, path, ancestors) => {
      for (const { rule, enter } of visits) {
        if (rule.skipped !== null || !enter) continue;
        const result: unknown = enter.call(rule.visitor, node, key, parent, path, ancestors);
        if (result === false) rule.skipped = node;
        else if (result === BREAK) rule.skipped = BREAK;
      }
    },
    leave: (node: ASTNode, key, parent, path, ancestors) => {
      for (const { rule, leave } of visits) {
        if (rule.skipped === node) rule.skipped = null;
        else if (rule.skipped === null && leave?.call(rule.visitor, node, key, parent, path, ancestors) === BREAK) {
          rule.skipped = BREAK;
        }
      }
    },
  };
}
