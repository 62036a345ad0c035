import { expect, test } from 'vitest';
import { recordAnswers } from '../../../support/openapi/record-answers.ts';
import { recordProblems } from '../../../support/openapi/record-problems.ts';

const head = `/**
 * What a server with only the built-in exchange answered to the examples of the requests, by operation and media type. A
 * test records these texts again and compares them: \`npx vitest run test/server/openapi/examples -u\` updates this file.
 */
`;

type Texts = Readonly<Record<string, string>>;

test('the examples of answers are what a server answers', async () => {
  const [answers, problems] = await Promise.all([recordAnswers(), recordProblems()]);
  const operations = Object.entries(answers).map(([id, texts]) => `  ${id}: {\n${toMembers(texts, '    ')}  },\n`);
  const text = `${head}export const recordedAnswers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${operations.join('')}};

/** Problem details, by HTTP status. */
export const recordedProblems: Readonly<Record<string, string>> = {
${toMembers(problems, '  ')}};
`;
  await expect(text).toMatchFileSnapshot('../../../../src/server/openapi/examples/recorded-answers.ts');
});

/** Members of an object, as the formatter writes them. */
function toMembers(texts: Texts, indent: string): string {
  const members = Object.entries(texts).map(([name, text]) => {
    const key = /^\w+$/.test(name) ? name : `'${name}'`;
    const isShort = key.length < 4;
    return `${indent}${key}:${isShort ? ' ' : `\n${indent}  `}${toLiteral(text)},\n`;
  });
  return members.join('');
}

function toLiteral(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  return `'${escaped}'`;
}
