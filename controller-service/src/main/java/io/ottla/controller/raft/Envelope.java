package io.ottla.controller.raft;

/**
 * What every message carries (Q7). A receiver that finds another cluster's id, or is not exactly the node and disk named in {@code to},
 * changes no state.
 *
 * @param clusterId id of the cluster the sender belongs to
 * @param from sender
 * @param to intended receiver
 * @param term the sender's current term when it sent the message
 * @param requestId chosen by the requester; a reply repeats it
 */
public record Envelope(String clusterId, ReplicaKey from, ReplicaKey to, long term, long requestId) {
  /** The envelope of the reply to this request, sent by its receiver in the given term. */
  public Envelope reply(ReplicaKey replier, long replierTerm) {
    return new Envelope(clusterId, replier, from, replierTerm, requestId);
  }
}
