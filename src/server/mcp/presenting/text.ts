import type { JsonObject } from './values.ts';

/** The members of an object, one a line. Those that are null share one line. */
export function toLines(object: JsonObject): string {
  const entries = Object.entries(object);
  const missing = entries.filter(([, value]) => value === null).map(([name]) => name);
  const lines = entries.filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${toPlain(value)}`);
  if (missing.length > 0) lines.push(`null: ${missing.join(', ')}`);
  return lines.join('\n');
}

/** Rows as comma-separated values under a line with their names. An empty cell is null. */
export function toTable(columns: readonly string[], rows: readonly JsonObject[]): string {
  const lines = rows.map((row) => columns.map((name) => toCell(row[name])).join(','));
  return [columns.join(','), ...lines].join('\n');
}

function toCell(value: unknown): string {
  const plain = value === null || value === undefined ? '' : toPlain(value);
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function toPlain(value: unknown): string {
  if (Array.isArray(value)) return value.map(toPlain).join(' ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
