import { createHash } from 'node:crypto';
import type { PagePolicy } from '../../http/messages/page-headers.ts';
import { openApiPath } from '../../http/paths.ts';
import type { OpenApi } from '../document/open-api.ts';
import { toExampleBody } from './example-body.ts';
import { describe, Html, html } from './html.ts';
import { type PlacedOperation, toOperationSection } from './operation-section.ts';
import { style } from './page-style.ts';
import { toRelative } from './relative-path.ts';
import { toMemberTable, toTable } from './tables.ts';
import { toComponentName } from './type-text.ts';

const styleHash = createHash('sha256').update(style).digest('base64');

/** A browser does not decode escapes in a style sheet. */
const styleSheet = new Html(style);

/** The page has only its own style sheet, and an empty icon, so that browsers do not request one. */
export const apiPagePolicy: PagePolicy = { 'style-src': [`'sha256-${styleHash}'`], 'img-src': ['data:'] };

/** The document as a page for people. It needs no script and requests nothing. */
export function renderApiPage(document: OpenApi): string {
  const { info, tags, components } = document;
  const operations = Object.entries(document.paths).flatMap(([path, { get, post }]): readonly PlacedOperation[] => [
    ...(get ? [{ method: 'GET', path, operation: get } as const] : []),
    ...(post ? [{ method: 'POST', path, operation: post } as const] : []),
  ]);
  const groups = tags.map(({ name, description }) => ({
    name,
    description,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const context = { components, requiresKey: document.security.every((scheme) => 'apiKey' in scheme) };
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} REST API</title>
<link rel="icon" href="data:,">
<style>${styleSheet}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<h1>${info.title} REST API</h1>
<p>Version ${info.version}. The same as a document for tools: <a href="${toRelative(openApiPath)}">${openApiPath}</a> (OpenAPI ${document.openapi}).</p>
</header>
<nav aria-label="Contents">
${groups.map((group) => html`<p>${group.name}</p>\n<ul>\n${group.operations.map(toLink)}</ul>\n`)}<p><a href="#objects">Objects</a>, <a href="#errors">Errors</a></p>
</nav>
<main id="content">
${describe(info.description)}<p>In the commands, <code>$TICKQL</code> is the address of this server, for example <code>http://localhost:4000</code>${context.requiresKey ? html`, and <code>$API_KEY</code> is one of its API keys` : null}.</p>
${groups.map((group) => html`<section aria-labelledby="${toId(group.name)}">\n<h2 id="${toId(group.name)}">${group.name}</h2>\n<p>${group.description}</p>\n${group.operations.map((placed) => toOperationSection(placed, context))}</section>\n`)}${toObjectsSection(document)}${toErrorsSection(document)}</main>
</body>
</html>
`.text;
}

function toLink({ operation: { operationId, summary } }: PlacedOperation): Html {
  return html`<li><a href="#${operationId}">${summary}</a></li>\n`;
}

function toObjectsSection({ components: { schemas } }: OpenApi): Html {
  const tables = Object.entries(schemas).map(
    ([name, schema]) => html`<article aria-labelledby="schema-${name}">
<h3 id="schema-${name}">${name}</h3>
${describe(schema.description ?? '')}${toMemberTable(`Members of ${name}`, schema, false)}</article>
`,
  );
  return html`<section aria-labelledby="objects">\n<h2 id="objects">Objects</h2>\n${tables}</section>\n`;
}

function toErrorsSection({ paths, components: { responses } }: OpenApi): Html {
  const used = Object.values(paths)
    .flatMap(({ get, post }) => [get, post])
    .flatMap((operation) => Object.entries(operation?.responses ?? {}));
  const references = new Map(
    used.flatMap(([status, response]) => ('$ref' in response ? [[status, response.$ref] as const] : [])),
  );
  const rows = [...references]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([status, reference]) => {
      const { description = '', content = {} } = responses[toComponentName(reference)] ?? {};
      const examples = Object.entries(content).flatMap(([mediaType, body]) => toExampleBody(mediaType, body) ?? []);
      return [html`<span id="status-${status}">${status}</span>`, html`${describe(description)}${examples}`];
    });
  return html`<section aria-labelledby="errors">\n<h2 id="errors">Errors</h2>
<p>The body of an error is a <a href="#schema-Problem">Problem</a>, with the media type application/problem+json.</p>
${toTable('Errors by HTTP status', ['Status', 'Codes and their meanings'], rows)}</section>
`;
}

function toId(name: string): string {
  return `tag-${name.toLowerCase().replaceAll(' ', '-')}`;
}
