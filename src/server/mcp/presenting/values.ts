/** A JSON object whose members are unknown. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; none if the value is not a list. */
export function toObjects(value: unknown): readonly JsonObject[] {
  return toList(value).filter(isObject);
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function toNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The object without some of its members. */
export function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** The time of a JSON value, epoch ms: a number, or a date-time in ISO-8601. Null for anything else. */
export function toTime(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

/** A time in ISO-8601; null stays null. */
export function toIso(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
