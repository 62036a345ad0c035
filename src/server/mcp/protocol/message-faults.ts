import type { StandardSchemaV1 } from '@modelcontextprotocol/server';
import { describeValue } from '../../../graphql/types/describe-value.ts';
import { isObject } from '../presenting/values.ts';

/** Why a message cannot be answered. */
export interface MessageFault {
  readonly code: number;
  readonly message: string;
  /** The id of the request; null if it has none that an answer could repeat. */
  readonly id: string | number | null;
  /** True if it is a notification, to which there are no answers. */
  readonly isNotification: boolean;
}

/** What the SDK's schemas find wrong with a message. */
export type Issues = readonly StandardSchemaV1.Issue[];

/** What the types of the SDK's schemas are called in sentences. */
const names: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'text',
};

/** A sentence for each issue, instead of the list of objects that the SDK sends to clients as text. */
export function explainIssues(message: unknown, issues: Issues): string {
  return issues.map((issue) => explainIssue(message, issue)).join(' ');
}

/** True if the issue is about the parameters of a message, and not about the message itself. */
export function isAboutParameters({ path = [] }: StandardSchemaV1.Issue): boolean {
  return path.length > 1;
}

function explainIssue(message: unknown, issue: StandardSchemaV1.Issue): string {
  const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const value = keys.reduce<unknown>((parent, key) => (isObject(parent) ? parent[String(key)] : undefined), message);
  // Clients know the members of `params` as arguments.
  const place = keys.slice(keys.length > 1 && keys[0] === 'params' ? 1 : 0).join('.') || 'The message';
  const expected = toExpected(issue);
  if (value === undefined && keys.length > 0)
    return `${place} is missing${expected ? `; it must be ${expected}` : ''}.`;
  if (expected) return `${place} must be ${expected}, but it is ${describeValue(value)}.`;
  const unknown = listOf(issue, 'keys').map(describeValue);
  return unknown.length > 0 ? `${place} may not have ${unknown.join(', ')}.` : `${place} is not valid.`;
}

/** What would be right; empty if the issue does not say it. The SDK's schemas are those of Zod, whose issues say more. */
function toExpected(issue: object): string {
  const expected = 'expected' in issue && typeof issue.expected === 'string' ? (names[issue.expected] ?? '') : '';
  if (expected !== '') return expected;
  const values = listOf(issue, 'values').map((value) => JSON.stringify(value));
  const branches = listOf(issue, 'errors').flatMap((branch) => (Array.isArray(branch) ? branch.filter(isObject) : []));
  return [...values, ...branches.map(toExpected)].filter((each) => each !== '').join(' or ');
}

function listOf(issue: object, name: string): readonly unknown[] {
  const list: unknown = Reflect.get(issue, name);
  return Array.isArray(list) ? list : [];
}
