package io.ottla.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ottla.common.time.MonotonicClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback: what counts as a process that is gone, and everything that looks a little like it. */
@SuppressWarnings("AddressSelection") // loopback has one address here
class ProcessWatchTest {
  private static final long PATIENCE_MS = 30_000;
  private static final long UNPROVEN_MS = 200;
  private static final String LOOPBACK = "127.0.0.1";

  private record Report(String key, long observedMs) {}

  private final MonotonicClock clock = MonotonicClock.system();
  private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
  private final ProcessWatch<String> watch = new ProcessWatch<>(clock,
      (key, observedMs) -> reports.add(new Report(key, observedMs)));
  private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() throws Exception {
    watch.close();
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private static ProcessWatch.Target<String> at(int port) {
    return new ProcessWatch.Target<>("p", LOOPBACK, port, UNPROVEN_MS);
  }

  private <T extends AutoCloseable> T opened(T one) {
    open.add(one);
    return one;
  }

  private ServerSocket listening(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.setSoTimeout((int) PATIENCE_MS);
    server.bind(new InetSocketAddress(LOOPBACK, port));
    return opened(server);
  }

  /** As the operating system does it for a process that is killed. */
  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private Report awaitReport() throws InterruptedException {
    Report report = reports.poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
    assertThat(report).as("a report").isNotNull();
    return report;
  }

  private static void until(String what, Callable<Boolean> condition) {
    await(what).atMost(Duration.ofMillis(PATIENCE_MS)).pollInterval(Duration.ofMillis(5)).until(condition);
  }

  // ---- gone

  @Test
  void aListenerThatIsGoneIsReportedAfterTheConnectionWasLost() throws Exception {
    ServerSocket server = listening(0);
    watch.watch(List.of(at(server.getLocalPort())));
    Socket accepted = opened(server.accept());
    until("connected", () -> watch.counts().connected.get() == 1);
    long beforeMs = clock.millis();
    server.close();
    reset(accepted);
    Report report = awaitReport();
    assertThat(report.key()).isEqualTo("p");
    assertThat(report.observedMs()).isBetween(beforeMs, clock.millis());
  }

  /** A real process and a real SIGKILL, as one never quite knows. */
  @Test
  void aKilledProcessIsReportedWithinMilliseconds() throws Exception {
    Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1", "-Xmx16m", "-cp", System.getProperty("java.class.path"),
        IdleListener.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    open.add(() -> child.destroyForcibly().waitFor());
    try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
      watch.watch(List.of(at(Integer.parseInt(said.readLine()))));
      assertThat(said.readLine()).isEqualTo("accepted");
      long killedMs = clock.millis();
      child.destroyForcibly();
      awaitReport();
      long tookMs = clock.millis() - killedMs;
      System.out.println("noticed " + tookMs + " ms after SIGKILL");
      assertThat(tookMs).as("far below any timeout, even on a busy machine").isLessThan(2_000);
    }
  }

  /** Listens, says where, and waits to be killed. */
  static final class IdleListener {
    private IdleListener() {
    }

    public static void main(String[] arguments) throws IOException {
      try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName(LOOPBACK))) {
        System.out.println(server.getLocalPort());
        try (Socket socket = server.accept()) {
          System.out.println("accepted");
          int never = socket.getInputStream().read();
          throw new IOException("the watch sent " + never);
        }
      }
    }
  }

  @Test
  void theInternalServerIsWatchedLikeAnyListener() throws Exception {
    InternalServer server = InternalServer.start(LOOPBACK, 0);
    watch.watch(List.of(at(server.port())));
    until("connected", () -> watch.counts().connected.get() == 1);
    server.close();
    awaitReport();
  }

  @Test
  void reportsAreRepeatedSinceTheFirstMayHaveComeTooEarly() throws Exception {
    ServerSocket server = listening(0);
    watch.watch(List.of(at(server.getLocalPort())));
    Socket accepted = opened(server.accept());
    server.close();
    reset(accepted);
    Report first = awaitReport();
    Report second = awaitReport();
    Report third = awaitReport();
    assertThat(second.observedMs() - first.observedMs()).isGreaterThanOrEqualTo(100);
    assertThat(third.observedMs() - second.observedMs()).as("less and less often").isGreaterThanOrEqualTo(200);
  }

  /** A target that never answered may simply be wrong, so its refusal has to last; the report says since when. */
  @Test
  void aTargetThatWasNeverConnectedIsReportedOnlyAfterRefusingForAWhile() throws Exception {
    ServerSocket server = listening(0);
    int port = server.getLocalPort();
    server.close();
    long beforeMs = clock.millis();
    watch.watch(List.of(at(port)));
    Report report = awaitReport();
    assertThat(report.observedMs()).isBetween(beforeMs, beforeMs + UNPROVEN_MS);
    assertThat(clock.millis() - report.observedMs()).isGreaterThanOrEqualTo(UNPROVEN_MS);
  }

  // ---- not gone

  @Test
  void anIdleConnectionClosedByTheServerIsMadeAgain() throws Exception {
    ServerSocket server = listening(0);
    watch.watch(List.of(at(server.getLocalPort())));
    for (int round = 0; round < 3; round++) {
      server.accept().close();
    }
    opened(server.accept());
    assertThat(reports).isEmpty();
    assertThat(watch.counts().refused).hasValue(0);
  }

  @Test
  void aConnectionThatMerelyDropsIsMadeAgain() throws Exception {
    ServerSocket server = listening(0);
    watch.watch(List.of(at(server.getLocalPort())));
    for (int round = 0; round < 3; round++) {
      reset(server.accept());
    }
    opened(server.accept());
    assertThat(reports).isEmpty();
  }

  @Test
  void aMiddleboxThatResetsConnectionsIsNoDeath() throws Exception {
    ServerSocket server = listening(0);
    try (Middlebox middlebox = new Middlebox(server.getLocalPort())) {
      watch.watch(List.of(at(middlebox.port())));
      for (int round = 0; round < 3; round++) {
        opened(server.accept());
        until("both sides pass through the box", () -> middlebox.passing.size() == 2);
        middlebox.resetAll();
      }
      opened(server.accept());
      assertThat(reports).isEmpty();
    }
  }

  /** A new process at the same address: the old one is gone, but this watch cannot know it and must not guess. */
  @Test
  void aServerThatIsUpAgainAtOnceIsNotReported() throws Exception {
    ServerSocket first = listening(0);
    int port = first.getLocalPort();
    watch.watch(List.of(at(port)));
    Socket accepted = opened(first.accept());
    first.close();
    ServerSocket second = listening(port);
    reset(accepted);
    opened(second.accept());
    assertThat(reports).isEmpty();
  }

  /** Bound again between the first refusal and the second, which is why there is a second. */
  @Test
  void aListenerThatIsBeingBoundAgainIsNotReported() throws Exception {
    ServerSocket first = listening(0);
    int port = first.getLocalPort();
    try (ProcessWatch<String> patient = new ProcessWatch<>(1_000, clock,
        (key, observedMs) -> reports.add(new Report(key, observedMs)))) {
      patient.watch(List.of(at(port)));
      Socket accepted = opened(first.accept());
      until("connected", () -> patient.counts().connected.get() == 1);
      first.close();
      reset(accepted);
      until("refused", () -> patient.counts().refused.get() >= 1);
      ServerSocket second = listening(port);
      opened(second.accept());
      assertThat(reports).isEmpty();
    }
  }

  @Test
  void aServerThatAcceptsAndNeverAnswersLives() throws Exception {
    ServerSocket server = listening(0);
    watch.watch(List.of(at(server.getLocalPort())));
    Socket silent = opened(server.accept());
    silent.setSoTimeout(300);
    InputStream in = silent.getInputStream();
    assertThat(catchTimeout(in)).as("the watch neither speaks nor goes away").isTrue();
    assertThat(reports).isEmpty();
    assertThat(watch.counts().connected).hasValue(1);
  }

  private static boolean catchTimeout(InputStream in) throws IOException {
    try {
      return in.read() == Integer.MIN_VALUE;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  /** A process that stands still: the system completes connections for it until its backlog is full, and then drops them. */
  @Test
  void aProcessThatStandsStillIsNeverReported() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      watch.watch(List.of(at(server.getLocalPort())));
      Socket accepted = opened(server.accept());
      List<Socket> backlog = fill(server.getLocalPort());
      assertThat(backlog).isNotEmpty();
      reset(accepted);
      until("attempts that were not answered", () -> watch.counts().unclear.get() >= 2);
      assertThat(watch.counts().refused).hasValue(0);
      assertThat(reports).isEmpty();
      // It goes on: whoever waits is accepted, the watch among them.
      for (int i = 0; i < backlog.size(); i++) {
        opened(server.accept());
      }
      opened(server.accept());
      assertThat(reports).isEmpty();
    }
  }

  private List<Socket> fill(int port) throws IOException {
    List<Socket> waiting = new ArrayList<>();
    while (waiting.size() < 64) {
      Socket socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(LOOPBACK, port), 300);
        waiting.add(opened(socket));
      } catch (SocketTimeoutException e) {
        socket.close();
        return waiting;
      }
    }
    throw new AssertionError("a backlog of 1 took " + waiting.size() + " connections");
  }

  @Test
  void aNameThatCannotBeResolvedSaysNothing() {
    watch.watch(List.of(new ProcessWatch.Target<>("p", "no-such-host.invalid", 1, 0)));
    until("attempts", () -> watch.counts().unclear.get() >= 2);
    assertThat(reports).isEmpty();
  }

  @Test
  void aBlackholeSaysNothing() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      fill(server.getLocalPort());
      watch.watch(List.of(new ProcessWatch.Target<>("p", LOOPBACK, server.getLocalPort(), 0)));
      until("attempts that were not answered", () -> watch.counts().unclear.get() >= 2);
      assertThat(reports).isEmpty();
    }
  }

  @Test
  void oneAddressThatRefusesIsNotAHostThatDoes() throws Exception {
    ServerSocket gone = listening(0);
    int free = gone.getLocalPort();
    gone.close();
    InetSocketAddress refusing = new InetSocketAddress(LOOPBACK, free);
    InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere.invalid", 1);
    ServerSocket server = listening(0);
    InetSocketAddress accepting = new InetSocketAddress(LOOPBACK, server.getLocalPort());

    assertThat(TcpProbe.connect(List.of(refusing, refusing))).isInstanceOf(TcpProbe.Outcome.Refused.class);
    assertThat(TcpProbe.connect(List.of(refusing, nowhere))).isInstanceOf(TcpProbe.Outcome.Unclear.class);
    assertThat(TcpProbe.connect(List.of(nowhere, refusing))).isInstanceOf(TcpProbe.Outcome.Unclear.class);
    assertThat(TcpProbe.connect(List.of())).isInstanceOf(TcpProbe.Outcome.Unclear.class);
    assertThat(TcpProbe.connect(List.of(refusing, accepting)))
        .isInstanceOfSatisfying(TcpProbe.Outcome.Connected.class, connected -> opened(connected.socket()));
  }

  // ---- the set of targets

  @Test
  void whoIsNoLongerWatchedIsDisconnectedAndNotReported() throws Exception {
    ServerSocket server = listening(0);
    watch.watch(List.of(at(server.getLocalPort())));
    Socket accepted = opened(server.accept());
    watch.watch(List.of());
    assertThat(accepted.getInputStream().read()).as("disconnected").isEqualTo(-1);
    ServerSocket other = listening(0);
    watch.watch(List.of(new ProcessWatch.Target<>("q", LOOPBACK, other.getLocalPort(), UNPROVEN_MS)));
    Socket watchedNow = opened(other.accept());
    server.close();
    other.close();
    reset(watchedNow);
    assertThat(awaitReport().key()).isEqualTo("q");
    assertThat(awaitReport().key()).isEqualTo("q");
  }

  @Test
  void whoIsStillWatchedStaysConnectedWhenOthersComeAndGo() throws Exception {
    ServerSocket server = listening(0);
    ServerSocket other = listening(0);
    ProcessWatch.Target<String> stays = at(server.getLocalPort());
    watch.watch(List.of(stays));
    opened(server.accept());
    watch.watch(List.of(stays, new ProcessWatch.Target<>("q", LOOPBACK, other.getLocalPort(), UNPROVEN_MS)));
    opened(other.accept());
    watch.watch(List.of(stays));
    until("connections", () -> watch.counts().connected.get() == 2);
    server.setSoTimeout(200);
    assertThat(catchAcceptTimeout(server)).as("no second connection").isTrue();
  }

  private static boolean catchAcceptTimeout(ServerSocket server) throws IOException {
    try (Socket socket = server.accept()) {
      return socket.isClosed();
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  @Test
  void aTargetWithANewAddressIsWatchedThere() throws Exception {
    ServerSocket server = listening(0);
    ServerSocket moved = listening(0);
    watch.watch(List.of(at(server.getLocalPort())));
    Socket old = opened(server.accept());
    watch.watch(List.of(at(moved.getLocalPort())));
    opened(moved.accept());
    assertThat(old.getInputStream().read()).isEqualTo(-1);
  }

  /** Passes bytes both ways until it is told to reset what goes through it; the processes at both ends live on. */
  private final class Middlebox implements AutoCloseable {
    private final ServerSocket front = listening(0);
    private final int back;
    private final List<Socket> passing = new CopyOnWriteArrayList<>();

    Middlebox(int back) throws IOException {
      this.back = back;
      Thread.ofVirtual().start(this::run);
    }

    int port() {
      return front.getLocalPort();
    }

    private void run() {
      try {
        while (true) {
          Socket in = front.accept();
          Socket out = new Socket(LOOPBACK, back);
          passing.addAll(List.of(in, out));
          Thread.ofVirtual().start(() -> pass(in, out));
          Thread.ofVirtual().start(() -> pass(out, in));
        }
      } catch (IOException e) {
        // the test is over
      }
    }

    private static void pass(Socket from, Socket to) {
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        in.transferTo(out);
      } catch (IOException e) {
        // reset on purpose
      }
    }

    void resetAll() throws IOException {
      for (Socket socket : passing) {
        reset(socket);
      }
      passing.clear();
    }

    @Override
    public void close() throws IOException {
      front.close();
      resetAll();
    }
  }
}
