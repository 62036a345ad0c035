/** `joining` until the first answer of Redis, then `member`, or `alone` while Redis cannot be reached. */
export type ClusterState = 'joining' | 'member' | 'alone';

export interface ClusterStatus {
  readonly instance: string;
  readonly state: ClusterState;
  /** The names of all live instances, this one included. */
  readonly instances: readonly string[];
  /** The instance that owns each exchange, as far as this one knows. */
  readonly owners: ReadonlyMap<string, string>;
}
