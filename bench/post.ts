import { type Agent, request } from 'node:http';

export interface PostOptions {
  /** The agent whose connections are used. */
  readonly agent: Agent;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Posts a GraphQL query. Resolves with its data; rejects unless the answer has status 200 and no errors. */
export function post(port: number, query: string, options: PostOptions): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    const { agent, variables } = options;
    const body = JSON.stringify({ query, variables });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        const answer = response.statusCode === 200 ? JSON.parse(text) : {};
        if (answer.data && !answer.errors) resolve(answer.data);
        else reject(new Error(`answered ${response.statusCode} ${text.slice(0, 500)}`));
      });
    });
    sent.on('error', (error) => {
      // The server closed an idle connection just as it was reused.
      const wasClosedIdle = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
      if (wasClosedIdle) post(port, query, options).then(resolve, reject);
      else reject(error);
    });
    sent.end(body);
  });
}
