/** The names of the channels. */
export const channels = {
  /** Messages of a topic, from its owner to all who listen. */
  topic: (key: string) => `topic:${key}`,
  /** Heartbeats of the owner of an exchange, while it serves a topic of the exchange. */
  beats: (exchange: string) => `beats:${exchange}`,
  /** What others want of an instance. */
  interests: (instance: string) => `interests:${instance}`,
  /** Answers to what an instance wants. */
  answers: (instance: string) => `answers:${instance}`,
} as const;
