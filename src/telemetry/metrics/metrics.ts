import type { IncomingMessage, ServerResponse } from 'node:http';
import { requireDescriptors } from '../../base/file-descriptors.ts';
import type { Recorder } from './recorder.ts';
import type { Exposition } from './registry.ts';
import type { MetricSources } from './sources.ts';

/** The metrics of one server. */
export interface Metrics {
  /** Answers with all of them, as Prometheus reads them (text format 0.0.4). */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Stops what measures. */
  close(): void;
}

/**
 * Metrics of what the recorder has taken down, and of what the sources tell when they are asked. prom-client takes 13 MB
 * and a twentieth of a second: it is loaded when somebody asks for the first time.
 */
export function createMetrics(recorder: Recorder, sources: MetricSources): Metrics {
  let opening: Promise<Exposition> | null = null;
  let closed = false;

  async function open(): Promise<Exposition> {
    requireDescriptors();
    const { createExposition } = await import('./registry.ts');
    const exposition = createExposition(recorder, sources);
    if (closed) exposition.close();
    return exposition;
  }

  async function answer(response: ServerResponse): Promise<void> {
    opening ??= open();
    const { contentType, toText } = await opening.catch((error: unknown) => {
      // It may be loaded next time.
      opening = null;
      throw error;
    });
    const text = await toText();
    const headers = {
      'content-type': contentType,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    };
    response.writeHead(200, headers).end(text);
  }

  return {
    handle: (_request, response) => {
      answer(response).catch(() => response.writeHead(500).end());
    },
    close: () => {
      closed = true;
      void opening?.then((exposition) => exposition.close());
    },
  };
}
