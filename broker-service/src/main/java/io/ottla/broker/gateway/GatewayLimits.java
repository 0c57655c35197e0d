package io.ottla.broker.gateway;

/**
 * @param maxBatchBytes largest batch a lane makes of several requests
 * @param maxBytesInFlight records held for clients that wait, over all lanes; beyond it requests are refused as BUSY
 * @param leaderWaitMs how long a read without a wait of its own may look for a leader
 */
public record GatewayLimits(int batchesInFlightPerPartition, int maxBatchBytes, long maxBytesInFlight,
    int leaderWaitMs) {
  /** What production uses. */
  public static GatewayLimits standard(int messageMaxBytes) {
    return new GatewayLimits(2, Math.min(messageMaxBytes, 512 * 1024),
        Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4),
        5_000);
  }
}
