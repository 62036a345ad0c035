import type { Components, MediaTypeObject, Operation, Parameter, Reference } from '../document/open-api.ts';
import { toExampleBody } from './example-body.ts';
import { describe, type Html, html, join } from './html.ts';
import { toRelative } from './relative-path.ts';
import { toMemberTable, toParameterTable } from './tables.ts';
import { toComponentName, toTypeText } from './type-text.ts';

/** An operation, and where clients find it. */
export interface PlacedOperation {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly operation: Operation;
}

/** What the sections of all operations need. */
export interface SectionContext {
  readonly components: Components;
  readonly requiresKey: boolean;
}

export function toOperationSection(placed: PlacedOperation, context: SectionContext): Html {
  const { method, path, operation } = placed;
  const { operationId, summary, description, requestBody, responses } = operation;
  const parameters = operation.parameters.map((parameter) => resolve(parameter, context.components));
  const bodies = Object.entries(requestBody?.content ?? {});
  return html`<article aria-labelledby="${operationId}">
<h3 id="${operationId}">${summary}</h3>
<p class="path"><code>${method} ${path}</code></p>
${describe(description)}${parameters.length > 0 ? toParameterTable(operationId, parameters) : null}${bodies.map(([, { schema }]) => toMemberTable(`Members of the JSON body of ${operationId}`, schema, true))}${toExample(placed, parameters, context)}${Object.entries(responses).map(([status, response]) => ('$ref' in response ? html`` : toAnswer(operationId, status, response.content ?? {})))}<p>Errors: ${join(Object.entries(responses).flatMap(toErrorLink), ', ')}</p>
</article>
`;
}

function resolve(parameter: Parameter | Reference, { parameters }: Components): Parameter {
  if (!('$ref' in parameter)) return parameter;
  const found = parameters[toComponentName(parameter.$ref)];
  if (!found) throw new TypeError(`the document refers to ${parameter.$ref}, which it does not contain`);
  return found;
}

function toExample(
  { method, path, operation }: PlacedOperation,
  parameters: readonly Parameter[],
  context: SectionContext,
): Html {
  const url = toExampleUrl(path, parameters);
  const body = operation.requestBody?.content['application/json']?.example;
  const command = [
    `curl${operation.tags.includes('Streams') ? ' -N' : ''} "$TICKQL${url}"`,
    ...(context.requiresKey ? ['-H "authorization: Bearer $API_KEY"'] : []),
    ...(body === undefined ? [] : [`-H 'content-type: application/json' -d '${JSON.stringify(body)}'`]),
  ].join(' ');
  const link = method === 'GET' ? html`<p>Try it: <a href="${toRelative(url)}">${url}</a></p>\n` : null;
  return html`${link}<pre tabindex="0"><code>${command}</code></pre>\n`;
}

/** The path and the query string of the example, with as few escapes as possible. */
export function toExampleUrl(path: string, parameters: readonly Parameter[]): string {
  const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = parameters.find((parameter) => parameter.name === name)?.example;
    // BTC-USDT is the same as BTC/USDT.
    return escapeValue(String(value).replace('/', '-'));
  });
  const search = parameters
    .filter(({ in: place, example }) => place === 'query' && example !== undefined)
    .map(({ name, example }) => `${name}=${escapeValue(String(example))}`);
  return search.length > 0 ? `${filled}?${search.join('&')}` : filled;
}

function escapeValue(text: string): string {
  return encodeURIComponent(text).replace(/%2F|%2C|%3A/g, decodeURIComponent);
}

function toAnswer(operationId: string, status: string, content: Readonly<Record<string, MediaTypeObject>>): Html {
  return html`${Object.entries(content).map(([mediaType, body]) => {
    const { schema, 'x-event-data': event } = body;
    const shown = event ?? schema;
    const example = toExampleBody(mediaType, body);
    const what = event ? html`${mediaType}, the data of each event: ` : html`${mediaType}: `;
    if (shown.properties) {
      const caption = `Members of the answer of ${operationId}`;
      return html`<p>${status} ${what}an object</p>\n${toMemberTable(caption, shown, false)}${example}`;
    }
    return html`<p>${status} ${what}${toTypeText(shown)}${shown.description ? ` (${shown.description})` : ''}</p>\n${example}`;
  })}`;
}

function toErrorLink([status, response]: readonly [string, object]): readonly Html[] {
  return '$ref' in response ? [html`<a href="#status-${status}">${status}</a>`] : [];
}
