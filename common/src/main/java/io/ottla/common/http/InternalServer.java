package io.ottla.common.http;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server on which nodes talk to each other: a Tomcat of its own, so that client load cannot starve elections and a graceful stop of the
 * client server does not close it. Routes are exact paths; each request runs on a virtual thread. Routes may be added while it runs; until
 * a role has added its routes, callers get 404 and try again.
 */
public final class InternalServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InternalServer.class);

  private final Tomcat tomcat = new Tomcat();
  private final Map<String, InternalHandler> routes = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors
      .newThreadPerTaskExecutor(Thread.ofVirtual().name("internal-", 0).factory());
  private final Connector connector;

  private InternalServer(String host, int port, Path baseDirectory) {
    tomcat.setBaseDir(baseDirectory.toString());
    connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
    connector.setPort(port);
    connector.setThrowOnFailure(true);
    connector.setXpoweredBy(false);
    if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
      configure(http, host);
    }
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", null);
    if (context instanceof StandardContext standard) {
      // Nothing is ever redeployed here, so Tomcat need not look for what a redeployment would leak.
      standard.setClearReferencesRmiTargets(false);
      standard.setClearReferencesThreadLocals(false);
      // Long polls are under way at nearly every stop; waiting for them would leave callers on a server that no longer reads (2 s by default).
      standard.setUnloadDelay(0);
    }
    Tomcat.addServlet(context, "internal", new Router()).setLoadOnStartup(1);
    context.addServletMappingDecoded("/", "internal");
  }

  private void configure(AbstractHttp11Protocol<?> http, String host) {
    http.setMaxKeepAliveRequests(-1);
    http.setKeepAliveTimeout(300_000);
    http.setConnectionTimeout(20_000);
    http.setTcpNoDelay(true);
    http.setMaxConnections(10_000);
    http.setMaxSwallowSize(-1);
    http.setExecutor(threads);
    http.setAddress(new InetSocketAddress(host, 0).getAddress());
  }

  /**
   * Binds and starts.
   *
   * @param port 0 for any free port
   * @throws IllegalStateException when the port is taken
   */
  public static InternalServer start(String host, int port) {
    try {
      InternalServer server = new InternalServer(host, port, Files.createTempDirectory("ottla-internal"));
      server.tomcat.start();
      LOG.info("event=internal_listener_started address={}:{}", host, server.port());
      return server;
    } catch (LifecycleException | IOException e) {
      throw new IllegalStateException("cannot listen on " + host + ":" + port + " (INTERNAL); is the port taken?", e);
    }
  }

  /** The bound port. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Adds a route; the same method and path twice is a bug. */
  public InternalServer route(String method, String path, InternalHandler handler) {
    if (routes.putIfAbsent(method + " " + path, handler) != null) {
      throw new IllegalStateException("route " + method + " " + path + " exists already");
    }
    return this;
  }

  @Override
  public void close() {
    try {
      tomcat.stop();
      tomcat.destroy();
    } catch (LifecycleException e) {
      LOG.warn("event=internal_listener_stop_failed", e);
    }
    threads.shutdownNow();
  }

  private final class Router extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
      InternalHandler handler = routes.get(request.getMethod() + " " + request.getRequestURI());
      if (handler == null) {
        response.setStatus(404);
        response.setContentLength(0);
        return;
      }
      try {
        handler.handle(request, response);
      } catch (OttlaException e) {
        InternalExchange.refuse(response, e.code(), e.getMessage(), null);
      } catch (RuntimeException e) {
        LOG.error("event=internal_call_failed path={}", request.getRequestURI(), e);
        if (!response.isCommitted()) {
          InternalExchange.refuse(response, ErrorCode.INTERNAL, "internal error", null);
        }
      }
    }
  }
}
