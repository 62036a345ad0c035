import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { createErrorReport } from '../base/error-report.ts';
import type { ThrottledLog } from '../base/throttled-log.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { OpenCluster } from '../cluster/cluster-options.ts';
import type { Config } from '../config/load-config.ts';
import { ClusterLog } from '../telemetry/log/cluster-log.ts';
import type { Recorder } from '../telemetry/metrics/recorder.ts';

export interface WireClusterOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly throttled: ThrottledLog;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  readonly openCluster: OpenCluster | null;
}

/**
 * How many call deadlines a request to the owner of an exchange can take. The owner needs up to six, for many candles. If
 * the one who asks gave up earlier, its clients would get a TIMEOUT where a server alone has an answer, be it a last known
 * value that is marked stale because the exchange hangs. An owner that dies is noticed without a deadline.
 */
const requestDeadlines = 7;

/** Loads what connects this instance to others; null without REDIS_URL, and then no code of a Redis client is loaded. */
export async function loadCluster({ cluster }: Pick<Config, 'cluster'>): Promise<OpenCluster | null> {
  if (cluster === null) return null;
  const { openCluster } = await import('../cluster/open-cluster.ts');
  return openCluster;
}

/** Connects this instance to the others, and reports to log and metrics. Null without REDIS_URL. */
export function wireCluster(options: WireClusterOptions): Cluster | null {
  const { config, log, throttled, recorder, clock, random, openCluster } = options;
  if (config.cluster === null || openCluster === null) return null;
  const { onOwner, onTraffic, onRequest, onRetry, onServed, onLiveValue, onRepair, onDrop, onShared } =
    recorder.cluster;
  const counts = { onTraffic, onRequest, onRetry, onServed, onLiveValue, onRepair, onDrop, onShared };
  const clusterLog = new ClusterLog(log, throttled, () => cluster.status);
  const cluster = openCluster({
    ...config.cluster,
    exchanges: config.exchanges,
    requestTimeoutMs: requestDeadlines * config.upstreamTimeoutMs,
    ownerTimeoutMs: config.upstreamTimeoutMs,
    silenceMs: config.streamSilenceMs,
    clock,
    random,
    listeners: {
      onState: clusterLog.onState,
      onOtherVersions: clusterLog.onOtherVersions,
      onRefused: clusterLog.onRefused,
      onOwner: (change) => {
        clusterLog.onOwner(change);
        onOwner(change);
      },
      onError: createErrorReport(throttled, recorder.recordInternalError),
      ...counts,
    },
  });
  return cluster;
}
