package io.ottla.controller.runtime;

import io.ottla.common.metadata.MetadataRecord;
import io.ottla.common.metadata.MetadataRecord.PartitionChange;
import io.ottla.common.metadata.TopicImage;
import io.ottla.controller.control.ClusterControl;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports unclean elections: each may have lost committed records, so it is logged and counted wherever it comes from (M21 d, e). Only while the
 * controller is active, so that it is reported once and not again at a restart. Raft thread.
 */
final class ElectionReport {
  private static final Logger LOG = LoggerFactory.getLogger(ElectionReport.class);

  private final ClusterControl control;
  private final RuntimeObserver observer;

  ElectionReport(ClusterControl control, RuntimeObserver observer) {
    this.control = control;
    this.observer = observer;
  }

  /** Looks through an entry that has just been committed and applied. */
  void committed(long index, List<MetadataRecord> records) {
    if (!control.active()) {
      return;
    }
    for (MetadataRecord change : records) {
      if (change instanceof PartitionChange election && ClusterControl.isUncleanElection(election)) {
        observer.uncleanElection();
        LOG.error(
            "event=unclean_election topic={} partition={} leader={} index={} effect=\"committed records may be lost\"",
            control.committed().topic(election.topicId()).map(TopicImage::name).orElse(election.topicId().toString()),
            election.partition(), election.leader(), index);
      }
    }
  }
}
