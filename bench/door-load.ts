import { Agent, request } from 'node:http';

/** A request that is sent again and again. */
export interface DoorRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for GET. */
  readonly body: string;
}

export interface DoorReport {
  readonly requests: number;
  readonly seconds: number;
  /** Length of the last body, in bytes. */
  readonly bytes: number;
}

const connections = 16;

/** Sends a request over 16 connections as fast as answers come. Rejects for any status but 200. */
export async function flood(port: number, asked: DoorRequest, seconds: number): Promise<DoorReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const begunAt = performance.now();
  const endsAt = begunAt + seconds * 1000;
  let requests = 0;
  let bytes = 0;
  async function repeat(): Promise<void> {
    while (performance.now() < endsAt) {
      bytes = await ask(port, asked, agent);
      requests += 1;
    }
  }
  await Promise.all(Array.from({ length: connections }, repeat));
  agent.destroy();
  return { requests, seconds: (performance.now() - begunAt) / 1000, bytes };
}

/** Resolves with the length of the body. */
export function ask(port: number, { method, path, headers, body }: DoorRequest, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
      let length = 0;
      let begin = '';
      response.on('data', (chunk: Buffer) => {
        if (begin === '') begin = chunk.toString('latin1', 0, 300);
        length += chunk.length;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200 && !begin.includes('"isError":true')) resolve(length);
        else reject(new Error(`${path} answered ${response.statusCode} ${begin}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
