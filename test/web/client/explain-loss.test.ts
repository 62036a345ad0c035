import { expect, test } from 'vitest';
import { explainLoss } from '../../../web/src/client/explain-loss.ts';

const answer = (status: number) => async () => new Response('', { status });

test('it tells a server that cannot be reached from one that only lets no WebSocket through', async () => {
  expect(await explainLoss('http://localhost/ready', answer(200))).toContain('A proxy in between');
  expect(await explainLoss('http://localhost/ready', answer(503))).toContain('status 503');
  const refuse = async (): Promise<Response> => {
    throw new TypeError('Failed to fetch');
  };
  expect(await explainLoss('http://localhost/ready', refuse)).toBe('The server cannot be reached.');
});
