import type { IncomingMessage, ServerResponse } from 'node:http';
import { requireDescriptors } from '../../base/file-descriptors.ts';
import type { Recorder } from './recorder.ts';
import type { Exposition } from './registry.ts';
import type { MetricSources } from './sources.ts';

/**
 * The metrics of one server: those that the recorder collects, and those that are read from the sources at each scrape.
 * prom-client needs 13 MB of memory and 50 ms to load, so it is loaded at the first scrape.
 */
export class Metrics {
  readonly #recorder: Recorder;
  readonly #sources: MetricSources;
  #exposition: Promise<Exposition> | null = null;
  #isClosed = false;

  constructor(recorder: Recorder, sources: MetricSources) {
    this.#recorder = recorder;
    this.#sources = sources;
  }

  /** Answers with all metrics in Prometheus' text format (0.0.4). */
  readonly handle = (_request: IncomingMessage, response: ServerResponse): void => {
    this.#answer(response).catch(() => response.writeHead(500).end());
  };

  /** Stops all measurements. */
  close(): void {
    this.#isClosed = true;
    void this.#exposition?.then((exposition) => exposition.close());
  }

  async #answer(response: ServerResponse): Promise<void> {
    this.#exposition ??= this.#load();
    const { contentType, toText } = await this.#exposition.catch((error: unknown) => {
      // The next scrape tries to load it again.
      this.#exposition = null;
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

  async #load(): Promise<Exposition> {
    requireDescriptors();
    const { createExposition } = await import('./registry.ts');
    const exposition = createExposition(this.#recorder, this.#sources);
    if (this.#isClosed) exposition.close();
    return exposition;
  }
}
