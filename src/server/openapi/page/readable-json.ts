/** The longest line with more than one value, indent included. */
const maxLength = 100;

/** JSON for people: a list or an object is one line if it fits, and otherwise has a line for each member. */
export function toReadableJson(value: unknown, indent = ''): string {
  const line = toLine(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= maxLength) return line;
  const inner = `${indent}  `;
  const [opening, closing] = Array.isArray(value) ? '[]' : '{}';
  const members = toMembers(value, (member) => toReadableJson(member, inner));
  return `${opening}\n${inner}${members.join(`,\n${inner}`)}\n${indent}${closing}`;
}

function toLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = toMembers(value, toLine).join(', ');
  if (Array.isArray(value)) return `[${members}]`;
  return members === '' ? '{}' : `{ ${members} }`;
}

function toMembers(value: object, toText: (member: unknown) => string): readonly string[] {
  if (Array.isArray(value)) return value.map(toText);
  return Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${toText(member)}`);
}
