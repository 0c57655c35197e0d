package io.ottla.broker.lifecycle;

/**
 * What health checks and operators see of this broker.
 *
 * @param brokerEpoch epoch of the registration, -1 before there is one
 * @param fenced whether the controllers hold this broker fenced, or do not know it yet
 * @param leaseValid whether a heartbeat was acknowledged within the session timeout (M20)
 * @param logsRecovered logs read so far at this start
 * @param logsFound logs found at this start
 * @param appliedMetadataIndex last metadata entry applied
 * @param metadataCommitIndex end of the committed metadata as last heard
 * @param replicas partitions hosted here
 * @param replicasNeverInSync hosted partitions that have not been in their ISR since this process started
 * @param leaders partitions led here
 * @param logDirOnline false once the log directory has failed
 */
public record BrokerStatus(BrokerState state, long brokerEpoch, boolean fenced, boolean leaseValid, int logsRecovered,
    int logsFound, long appliedMetadataIndex, long metadataCommitIndex, int replicas, int replicasNeverInSync,
    int leaders, boolean logDirOnline) {}
