package io.ottla.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The catalogue of all settings: names, defaults, meanings. The table in the README is made from it, and a test compares the two. */
public final class Settings {
  private static final SequencedMap<String, Setting> ALL = new LinkedHashMap<>();

  /** What the process does. */
  public static final Setting PROCESS_ROLES = add("process.roles", "",
      "Roles of this process: `controller`, `broker`, or `controller,broker`.");
  public static final Setting NODE_ID = add("node.id", "",
      "Unique id of this node, 0 to 2147483647, across controllers and brokers.");
  public static final Setting CLUSTER_ID = add("cluster.id", "",
      "Id of the cluster; made up at formation when empty, checked against the directory afterwards.");
  public static final Setting INITIAL_VOTERS = add("controller.quorum.initial.voters", "",
      "Controllers that form the cluster, `id@host:port,...` with their INTERNAL addresses; used at formation, and for where these controllers answer. Empty on a controller that joins a cluster.");
  public static final Setting BOOTSTRAP_SERVERS = add("controller.quorum.bootstrap.servers", "",
      "INTERNAL addresses of controllers, `host:port,...`; the initial voters when empty. A controller with an empty directory forms no cluster before each of them has answered, and joins theirs if they have one.");
  public static final Setting LISTENERS = add("listeners", "",
      "Addresses to bind: `CLIENT://host:port` (brokers) and `INTERNAL://host:port`; ports 8082 and 9090 on all interfaces when empty.");
  public static final Setting ADVERTISED_LISTENERS = add("advertised.listeners", "",
      "Addresses others are told to use; the listeners when empty, with this host's name in place of 0.0.0.0.");
  public static final Setting MANAGEMENT_PORT = add("management.server.port", "9091",
      "Port of the management server (actuator).");
  public static final Setting MANAGEMENT_ADDRESS = add("management.server.address", "0.0.0.0",
      "Address the management server binds.");
  public static final Setting LOG_DIRS = add("log.dirs", "",
      "Directories of the partition logs, on disks of their own, separated by commas; `log.dir` when empty.");
  public static final Setting LOG_DIR = add("log.dir", "data",
      "Directory of the partition logs of a node that has only one.");
  public static final Setting METADATA_LOG_DIR = add("metadata.log.dir", "",
      "Directory of the metadata log (controllers); the folder `metadata` in the first log directory when empty.");
  public static final Setting METADATA_SEGMENT_BYTES = add("metadata.log.segment.bytes", "8388608",
      "Size at which a segment of the metadata log is closed and the next begun.");
  public static final Setting METADATA_SNAPSHOT_BYTES = add("metadata.log.max.record.bytes.between.snapshots",
      "20971520", "Bytes of metadata log after which a controller writes a snapshot.");
  public static final Setting METADATA_SNAPSHOT_MS = add("metadata.log.max.snapshot.interval.ms", "3600000",
      "Milliseconds after which a controller writes a snapshot, if anything was committed since the last one.");
  public static final Setting METADATA_RETAINED_ENTRIES = add("metadata.log.retained.entries", "10000",
      "Entries of the metadata log kept although a snapshot includes them, for controllers that lag a little.");
  public static final Setting BROKER_RACK = add("broker.rack", "", "Rack of this broker, for placement.");
  public static final Setting DURABILITY = add("durability", "sync",
      "`sync`: forced to disk before an ack; `interval`: forced every `log.flush.interval.ms`; `os`: left to the operating system. The same on all nodes.");
  public static final Setting FLUSH_INTERVAL_MS = add("log.flush.interval.ms", "1000",
      "With `durability=interval`: milliseconds between forces.");
  public static final Setting RAFT_HEARTBEAT_MS = add("controller.quorum.heartbeat.interval.ms", "50",
      "Milliseconds between a Raft leader's heartbeats.");
  public static final Setting RAFT_ELECTION_MIN_MS = add("controller.quorum.election.timeout.min.ms", "300",
      "Lower end of the random election timeout, milliseconds.");
  public static final Setting RAFT_ELECTION_MAX_MS = add("controller.quorum.election.timeout.max.ms", "600",
      "Upper end (exclusive) of the random election timeout, milliseconds.");
  public static final Setting RAFT_CHECK_QUORUM_MS = add("controller.quorum.check.quorum.window.ms", "500",
      "A leader without answers from a majority for this long steps down, milliseconds.");
  public static final Setting RAFT_REQUEST_TIMEOUT_MS = add("controller.quorum.request.timeout.ms", "200",
      "Time limit of a heartbeat, vote or other short Raft message, milliseconds; entries get more by their size.");
  public static final Setting BROKER_HEARTBEAT_MS = add("broker.heartbeat.interval.ms", "300",
      "Milliseconds between a broker's heartbeats to the active controller.");
  public static final Setting BROKER_SESSION_MS = add("broker.session.timeout.ms", "3000",
      "A broker not heard of for this long is fenced, milliseconds.");
  public static final Setting DEFAULT_REPLICATION = add("default.replication.factor", "3",
      "Replicas of a topic created without a replication factor; never more than there are brokers then.");
  public static final Setting MIN_ISR = add("min.insync.replicas", "2",
      "In-sync replicas that an acks=all write needs, unless the topic says otherwise; never more than the replicas it has.");
  public static final Setting NUM_PARTITIONS = add("num.partitions", "1",
      "Partitions of a topic created without a count.");
  public static final Setting UNCLEAN_ELECTION = add("unclean.leader.election.enable", "false",
      "Whether a replica that may lack acknowledged records may lead when no other can.");
  public static final Setting LEADER_REBALANCE = add("auto.leader.rebalance.enable", "true",
      "Whether leadership returns to the preferred replicas by itself.");
  public static final Setting LEADER_REBALANCE_SECONDS = add("leader.imbalance.check.interval.seconds", "60",
      "Seconds between checks of the leadership balance.");
  public static final Setting REPLICA_LAG_MS = add("replica.lag.time.max.ms", "10000",
      "A follower not caught up for this long leaves the ISR, milliseconds.");
  public static final Setting FETCH_WAIT_MS = add("replica.fetch.wait.max.ms", "500",
      "How long a leader may hold a follower's fetch while nothing is there, milliseconds.");
  public static final Setting FETCH_MAX_BYTES = add("replica.fetch.max.bytes", "8388608",
      "Bytes of one partition in one answer to a follower.");
  public static final Setting FETCH_RESPONSE_MAX_BYTES = add("replica.fetch.response.max.bytes", "33554432",
      "Bytes of one answer to a follower.");
  public static final Setting SEGMENT_BYTES = add("log.segment.bytes", "1073741824",
      "Size at which a log segment is closed and the next begun.");
  public static final Setting INDEX_INTERVAL_BYTES = add("log.index.interval.bytes", "4096",
      "Bytes of records between two entries of the offset index.");
  public static final Setting MESSAGE_MAX_BYTES = add("message.max.bytes", "1048588",
      "Largest record batch accepted.");
  public static final Setting HTTP_MAX_BODY = add("http.max.body.bytes", "33554432",
      "Largest request body accepted from clients, bytes.");
  public static final Setting HTTP_MAX_RECORDS = add("http.max.records", "10000",
      "Most records in one produce request.");
  public static final Setting HTTP_MAX_POLL_WAIT_MS = add("http.max.poll.wait.ms", "60000",
      "Longest wait a reading client may ask for, milliseconds.");
  public static final Setting PRODUCE_TIMEOUT_MS = add("http.produce.timeout.ms", "30000",
      "How long a produce may take before it is answered with an unknown outcome, milliseconds.");
  public static final Setting SHUTDOWN_MAX_WAIT_MS = add("controlled.shutdown.max.wait.ms", "30000",
      "How long a stopping broker waits for its leaderships to move, milliseconds.");
  public static final Setting FAULTS_ENABLED = add("faults.enabled", "false",
      "For tests only: whether this node can be told on its internal listener to lose or delay writes and calls. Refused without `--spring.profiles.active=test`.");

  private Settings() {
  }

  private static Setting add(String name, String defaultValue, String meaning) {
    Setting setting = new Setting(name, defaultValue, meaning);
    ALL.put(name, setting);
    return setting;
  }

  /** All settings in the order of the documentation. */
  public static List<Setting> all() {
    return List.copyOf(ALL.values());
  }

  /** The setting of that name, or null. */
  public static @Nullable Setting find(String name) {
    return ALL.get(name);
  }

  /** Settings given by environment variables; an unknown {@code OTTLA_} name is refused with the nearest known one. */
  public static Map<String, String> fromEnvironment(Map<String, String> environment) {
    SequencedMap<String, String> values = new LinkedHashMap<>();
    environment.forEach((key, value) -> {
      if (key.startsWith("OTTLA_") && !IGNORED_ENVIRONMENT.contains(key)) {
        values.put(byEnvironmentName(key).name(), value);
      }
    });
    return values;
  }

  /** Variables of the launcher and of images, not settings of a node. */
  private static final List<String> IGNORED_ENVIRONMENT = List.of("OTTLA_HOME", "OTTLA_OPTS", "OTTLA_SERVER",
      "OTTLA_CONTROLLERS", "OTTLA_DATA_DIR", "OTTLA_TAG", "OTTLA_JVM_OPTS");

  private static Setting byEnvironmentName(String key) {
    for (Setting setting : ALL.values()) {
      if (setting.environmentName().equals(key)) {
        return setting;
      }
    }
    List<String> names = new ArrayList<>();
    ALL.values().forEach(setting -> names.add(setting.environmentName()));
    throw new ConfigException(
        "unknown setting " + key + " in the environment; did you mean " + nearest(key, names) + "?");
  }

  /** The name with the smallest edit distance. */
  static String nearest(String wrong, List<String> names) {
    String best = names.getFirst();
    int bestDistance = Integer.MAX_VALUE;
    for (String name : names) {
      int distance = distance(wrong, name);
      if (distance < bestDistance) {
        best = name;
        bestDistance = distance;
      }
    }
    return best;
  }

  private static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int substitute = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[right.length()];
  }
}
