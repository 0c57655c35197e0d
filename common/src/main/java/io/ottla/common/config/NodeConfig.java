package io.ottla.common.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a node, read once at start. Relations between settings are checked here, with the remedy in the message.
 *
 * @param clusterId configured cluster id, or null
 * @param listeners addresses to bind
 * @param advertised addresses to publish, one per listener
 * @param bootstrapServers INTERNAL addresses of controllers
 * @param logDirs directories of the partition logs, at least one
 * @param faults whether a test may tell this node to do wrong
 */
public record NodeConfig(Set<Role> roles, int nodeId, @Nullable String clusterId, List<QuorumMember> initialVoters,
    List<Listener> bootstrapServers, List<Listener> listeners, List<Listener> advertised, String managementHost,
    int managementPort, List<Path> logDirs, Path metadataDir, QuorumTiming quorum, MetadataLog metadataLog,
    BrokerSettings broker, TopicDefaults topics,
    HttpLimits http, boolean faults) {

  /** Timing of the quorum, milliseconds (Q 1.13). */
  public record QuorumTiming(int heartbeatMs, int electionMinMs, int electionMaxMs, int checkQuorumMs,
      int requestTimeoutMs) {}

  /** Sizes of the metadata log and when it is replaced by a snapshot (Q33). */
  public record MetadataLog(int segmentBytes, int snapshotBytes, int snapshotMs, int retainedEntries) {}

  /** Settings of the broker role and of broker sessions. Times in milliseconds, sizes in bytes. */
  public record BrokerSettings(@Nullable String rack, Durability durability, int flushIntervalMs, int heartbeatMs,
      int sessionMs, int replicaLagMs, int fetchWaitMs, int fetchMaxBytes, int fetchResponseMaxBytes, int segmentBytes,
      int indexIntervalBytes, int messageMaxBytes, int shutdownMaxWaitMs) {}

  /** What a topic gets when it does not say otherwise. */
  public record TopicDefaults(int replicationFactor, int minIsr, int partitions, boolean uncleanElection,
      boolean leaderRebalance, int leaderRebalanceSeconds) {}

  /** Limits of the client API. */
  public record HttpLimits(int maxBodyBytes, int maxRecords, int maxPollWaitMs, int produceTimeoutMs) {}

  /** Whether this process has the role. */
  public boolean has(Role role) {
    return roles.contains(role);
  }

  /** The address to bind for a listener name. */
  public Listener listener(String name) {
    return find(listeners, name);
  }

  /** The address others are told for a listener name. */
  public Listener advertised(String name) {
    return find(advertised, name);
  }

  /**
   * Reads and checks all settings.
   *
   * @param source value of a setting by name, null when not given
   * @param hostName this host's name, published in place of 0.0.0.0
   * @throws ConfigException naming the setting and the remedy
   */
  public static NodeConfig read(UnaryOperator<@Nullable String> source, String hostName) {
    SettingReader in = new SettingReader(source);
    Set<Role> roles = roles(in);
    int nodeId = nodeId(in);
    List<QuorumMember> voters = in.members(Settings.INITIAL_VOTERS);
    List<Listener> listeners = listeners(in, roles);
    List<Path> logDirs = logDirs(in);
    String metadataDir = in.optional(Settings.METADATA_LOG_DIR);
    NodeConfig config = new NodeConfig(roles, nodeId, in.optional(Settings.CLUSTER_ID), voters, bootstrap(in, voters),
        listeners, advertised(in, listeners, hostName), in.string(Settings.MANAGEMENT_ADDRESS),
        in.port(Settings.MANAGEMENT_PORT), logDirs,
        metadataDir == null ? logDirs.getFirst().resolve("metadata") : Path.of(metadataDir),
        quorum(in), metadataLog(in), broker(in), topics(in), http(in), in.flag(Settings.FAULTS_ENABLED));
    config.check();
    return config;
  }

  private static List<Path> logDirs(SettingReader in) {
    List<String> given = in.list(Settings.LOG_DIRS);
    List<Path> dirs = given.isEmpty()
        ? List.of(Path.of(in.string(Settings.LOG_DIR)))
        : given.stream().map(Path::of).toList();
    for (int i = 0; i < dirs.size(); i++) {
      Path dir = dirs.get(i).toAbsolutePath().normalize();
      for (Path other : dirs.subList(0, i)) {
        require(!dir.equals(other.toAbsolutePath().normalize()),
            "log.dirs names " + other + " twice; each directory belongs on a disk of its own");
      }
    }
    return dirs;
  }

  private static QuorumTiming quorum(SettingReader in) {
    return new QuorumTiming(in.positive(Settings.RAFT_HEARTBEAT_MS), in.positive(Settings.RAFT_ELECTION_MIN_MS),
        in.positive(Settings.RAFT_ELECTION_MAX_MS), in.positive(Settings.RAFT_CHECK_QUORUM_MS),
        in.positive(Settings.RAFT_REQUEST_TIMEOUT_MS));
  }

  private static MetadataLog metadataLog(SettingReader in) {
    return new MetadataLog(in.positive(Settings.METADATA_SEGMENT_BYTES), in.positive(Settings.METADATA_SNAPSHOT_BYTES),
        in.positive(Settings.METADATA_SNAPSHOT_MS), in.positive(Settings.METADATA_RETAINED_ENTRIES));
  }

  private static BrokerSettings broker(SettingReader in) {
    return new BrokerSettings(in.optional(Settings.BROKER_RACK), durability(in),
        in.positive(Settings.FLUSH_INTERVAL_MS),
        in.positive(Settings.BROKER_HEARTBEAT_MS), in.positive(Settings.BROKER_SESSION_MS),
        in.positive(Settings.REPLICA_LAG_MS), in.positive(Settings.FETCH_WAIT_MS),
        in.positive(Settings.FETCH_MAX_BYTES),
        in.positive(Settings.FETCH_RESPONSE_MAX_BYTES), in.positive(Settings.SEGMENT_BYTES),
        in.positive(Settings.INDEX_INTERVAL_BYTES), in.positive(Settings.MESSAGE_MAX_BYTES),
        in.positive(Settings.SHUTDOWN_MAX_WAIT_MS));
  }

  private static TopicDefaults topics(SettingReader in) {
    return new TopicDefaults(in.positive(Settings.DEFAULT_REPLICATION), in.positive(Settings.MIN_ISR),
        in.positive(Settings.NUM_PARTITIONS), in.flag(Settings.UNCLEAN_ELECTION), in.flag(Settings.LEADER_REBALANCE),
        in.positive(Settings.LEADER_REBALANCE_SECONDS));
  }

  private static HttpLimits http(SettingReader in) {
    return new HttpLimits(in.positive(Settings.HTTP_MAX_BODY), in.positive(Settings.HTTP_MAX_RECORDS),
        in.positive(Settings.HTTP_MAX_POLL_WAIT_MS), in.positive(Settings.PRODUCE_TIMEOUT_MS));
  }

  private static Set<Role> roles(SettingReader in) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String part : in.list(Settings.PROCESS_ROLES)) {
      switch (part) {
        case "controller" -> roles.add(Role.CONTROLLER);
        case "broker" -> roles.add(Role.BROKER);
        default ->
          throw new ConfigException("process.roles: '" + part + "' is not a role; use controller, broker, or both");
      }
    }
    if (roles.isEmpty()) {
      throw new ConfigException("process.roles is missing; set it to controller, broker, or controller,broker");
    }
    return Set.copyOf(roles);
  }

  private static int nodeId(SettingReader in) {
    String text = in.optional(Settings.NODE_ID);
    if (text == null) {
      throw new ConfigException("node.id is missing; give every node its own number");
    }
    try {
      int id = Integer.parseInt(text);
      if (id >= 0) {
        return id;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ConfigException("node.id=" + text + " must be a whole number from 0 to " + Integer.MAX_VALUE);
  }

  private static Durability durability(SettingReader in) {
    String text = in.string(Settings.DURABILITY);
    for (Durability mode : Durability.values()) {
      if (mode.settingValue().equals(text)) {
        return mode;
      }
    }
    throw new ConfigException("durability=" + text + " must be sync, interval or os");
  }

  private static List<Listener> listeners(SettingReader in, Set<Role> roles) {
    List<Listener> given = in.listeners(Settings.LISTENERS);
    if (!given.isEmpty()) {
      return List.copyOf(given);
    }
    List<Listener> defaults = new ArrayList<>();
    if (roles.contains(Role.BROKER)) {
      defaults.add(new Listener(Listener.CLIENT, "0.0.0.0", 8082));
    }
    defaults.add(new Listener(Listener.INTERNAL, "0.0.0.0", 9090));
    return List.copyOf(defaults);
  }

  private static List<Listener> advertised(SettingReader in, List<Listener> listeners, String hostName) {
    List<Listener> given = in.listeners(Settings.ADVERTISED_LISTENERS);
    List<Listener> all = new ArrayList<>(given);
    for (Listener listener : listeners) {
      if (given.stream().noneMatch(one -> one.name().equals(listener.name()))) {
        boolean wildcard = listener.host().equals("0.0.0.0") || listener.host().equals("[::]");
        all.add(wildcard ? new Listener(listener.name(), hostName, listener.port()) : listener);
      }
    }
    return List.copyOf(all);
  }

  private static List<Listener> bootstrap(SettingReader in, List<QuorumMember> voters) {
    List<Listener> given = in.addresses(Settings.BOOTSTRAP_SERVERS);
    if (!given.isEmpty()) {
      return List.copyOf(given);
    }
    return voters.stream().map(voter -> new Listener(Listener.INTERNAL, voter.host(), voter.port())).toList();
  }

  private static Listener find(List<Listener> listeners, String name) {
    for (Listener listener : listeners) {
      if (listener.name().equals(name)) {
        return listener;
      }
    }
    throw new ConfigException("listeners has no " + name + " address; add " + name + "://host:port");
  }

  private void check() {
    listener(Listener.INTERNAL);
    if (has(Role.BROKER)) {
      listener(Listener.CLIENT);
    }
    checkListeners();
    if (bootstrapServers.isEmpty()) {
      throw new ConfigException("no controllers known; set controller.quorum.initial.voters=id@host:port,..."
          + " or controller.quorum.bootstrap.servers=host:port,...");
    }
    if (has(Role.CONTROLLER) && !initialVoters.isEmpty()) {
      checkVoters();
    }
    require(quorum.heartbeatMs() * 5 <= quorum.electionMinMs(),
        "controller.quorum.heartbeat.interval.ms must be at most a fifth of controller.quorum.election.timeout.min.ms");
    require(quorum.electionMinMs() < quorum.electionMaxMs(),
        "controller.quorum.election.timeout.min.ms must be below controller.quorum.election.timeout.max.ms");
    require(quorum.requestTimeoutMs() < quorum.electionMinMs(),
        "controller.quorum.request.timeout.ms must be below controller.quorum.election.timeout.min.ms");
    require(quorum.electionMinMs() <= quorum.checkQuorumMs() && quorum.checkQuorumMs() <= quorum.electionMaxMs(),
        "controller.quorum.check.quorum.window.ms must lie within the election timeout's range");
    require(broker.heartbeatMs() * 3 <= broker.sessionMs(),
        "broker.heartbeat.interval.ms must be at most a third of broker.session.timeout.ms");
    require(broker.fetchWaitMs() <= broker.replicaLagMs(),
        "replica.fetch.wait.max.ms must not exceed replica.lag.time.max.ms");
    require(topics.minIsr() <= topics.replicationFactor(),
        "min.insync.replicas must not exceed default.replication.factor");
    require(
        broker.messageMaxBytes() <= broker.fetchMaxBytes() && broker.fetchMaxBytes() <= broker.fetchResponseMaxBytes(),
        "message.max.bytes <= replica.fetch.max.bytes <= replica.fetch.response.max.bytes must hold");
  }

  private void checkListeners() {
    Set<String> names = new HashSet<>();
    Set<Integer> ports = new HashSet<>();
    for (Listener listener : listeners) {
      require(listener.name().equals(Listener.CLIENT) || listener.name().equals(Listener.INTERNAL),
          "listeners: " + listener + " has an unknown name; use CLIENT and INTERNAL");
      require(names.add(listener.name()), "listeners names " + listener.name() + " twice");
      require(listener.port() == 0 || ports.add(listener.port()),
          "listeners: port " + listener.port() + " is used twice");
    }
    require(managementPort == 0 || !ports.contains(managementPort),
        "management.server.port=" + managementPort + " is also a listener's port; choose another");
  }

  private void checkVoters() {
    Set<Integer> ids = new HashSet<>();
    for (QuorumMember voter : initialVoters) {
      require(ids.add(voter.nodeId()), "controller.quorum.initial.voters names node " + voter.nodeId() + " twice");
    }
    require(ids.contains(nodeId), "controller.quorum.initial.voters does not name this controller, node.id=" + nodeId);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new ConfigException(message);
    }
  }
}
