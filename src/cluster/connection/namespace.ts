/** The version of everything that instances write to Redis or send over it. Instances only understand their own. */
export const protocolVersion = 1;

/**
 * The names of a cluster's keys and channels in Redis. Clusters with different prefixes, databases or protocol versions
 * never meet. Channels contain the number of the database, because Redis sends messages across databases. All keys
 * share a hash tag, so that one script can use several.
 */
export interface Namespace {
  key(name: string): string;
  channel(name: string): string;
  /** A key that all protocol versions share. */
  commonKey(name: string): string;
}

export function createNamespace(prefix: string, database: number): Namespace {
  const versioned = `{${prefix}}:v${protocolVersion}`;
  return {
    key: (name) => `${versioned}:${name}`,
    channel: (name) => `${versioned}:${database}:${name}`,
    commonKey: (name) => `{${prefix}}:${name}`,
  };
}
