import type { JsonSchema } from '../../../graphql/json-schema/json-schema.ts';
import type { Parameter } from '../document/open-api.ts';
import { type Html, html, inline } from './html.ts';
import { toTypeText } from './type-text.ts';

/** A table whose first column names each row. On a narrow screen it scrolls by itself, also with the keyboard. */
export function toTable(caption: string, columns: readonly string[], rows: readonly (readonly Html[])[]): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows.map(([first = html``, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>
`;
}

export function toParameterTable(operationId: string, parameters: readonly Parameter[]): Html {
  const rows = parameters.map(({ name, in: place, required, schema, description }) => [
    html`<code>${name}</code>`,
    html`${place}${required ? ', required' : ''}`,
    html`${toTypeText(schema)}${schema.default === undefined ? '' : `; by default ${schema.default}`}`,
    html`${inline(description)}`,
  ]);
  return toTable(`Parameters of ${operationId}`, ['Name', 'In', 'Type', 'Description'], rows);
}

/** The members of an object. */
export function toMemberTable(caption: string, { properties = {}, required = [] }: JsonSchema, marks: boolean): Html {
  const rows = Object.entries(properties).map(([name, schema]) => [
    html`<code>${name}</code>`,
    html`${toTypeText(schema)}${marks && required.includes(name) ? '; required' : ''}${schema.default === undefined ? '' : `; by default ${schema.default}`}`,
    html`${inline(schema.description ?? '')}`,
  ]);
  return toTable(caption, ['Name', 'Type', 'Description'], rows);
}
