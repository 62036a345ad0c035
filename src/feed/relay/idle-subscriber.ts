import type { TopicSubscriber } from '../topics/topic-subscriber.ts';

/** Keeps a topic running without reading it. */
export class IdleSubscriber implements TopicSubscriber<unknown> {
  push(): void {}

  onReady(): void {}

  onFailure(): void {}

  endSource(): void {}

  async return(): Promise<void> {}
}
