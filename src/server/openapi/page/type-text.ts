import type { JsonSchema } from '../../../graphql/json-schema/json-schema.ts';
import { type Html, html, join } from './html.ts';

/** The type of a value in words, with links to the tables of objects. */
export function toTypeText(schema: JsonSchema): Html {
  const { $ref, anyOf, type, enum: names, format } = schema;
  if ($ref !== undefined) return linkTo($ref);
  if (anyOf) return join(anyOf.map(toTypeText), ' or ');
  if (names) return html`one of ${join(names.map(toName), ', ')}`;
  if (type === 'array' || schema.items) return toListText(schema);
  if (schema.properties) return toObjectText(schema.properties);
  const types = typeof type === 'string' ? [type] : (type ?? ['any value']);
  return html`${types.map((name) => (name === 'string' && format !== undefined ? format : name)).join(' or ')}`;
}

/** The name of an object among the components, from a reference to it. */
export function toComponentName(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function linkTo(reference: string): Html {
  const name = toComponentName(reference);
  return html`<a href="#schema-${name}">${name}</a>`;
}

function toListText({ items, prefixItems, type }: JsonSchema): Html {
  const orNull = Array.isArray(type) ? ' or null' : '';
  if (prefixItems) return html`[${join(prefixItems.map(toTypeText), ', ')}]${orNull}`;
  return html`list of ${items ? html`(${toTypeText(items)})` : 'any values'}${orNull}`;
}

function toObjectText(properties: Readonly<Record<string, JsonSchema>>): Html {
  const members = Object.entries(properties).map(([name, schema]) => html`<code>${name}</code>: ${toTypeText(schema)}`);
  return html`{ ${join(members, ', ')} }`;
}

function toName(name: string | null): Html {
  return name === null ? html`null` : html`<code>${name}</code>`;
}
