package io.ottla.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The process's standard streams and what is known about them. Standard output carries data only; everything said to a person goes to
 * standard error. Colour and redrawn lines appear on terminals only.
 */
public final class Console {
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Terminals terminals;
  private final boolean colour;

  /** Which of the three standard streams is a terminal. */
  public record Terminals(boolean in, boolean out, boolean err) {
    public static final Terminals NONE = new Terminals(false, false, false);

    /** Parses the digits of the descriptors that are terminals, as the launcher script passes them: {@code "012"}. */
    public static Terminals parse(String descriptors) {
      return new Terminals(descriptors.contains("0"), descriptors.contains("1"), descriptors.contains("2"));
    }
  }

  public Console(InputStream in, PrintStream out, PrintStream err, Terminals terminals, boolean colour) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.terminals = terminals;
    this.colour = colour;
  }

  /** The real streams of this process. Output is buffered: {@link #flush()} before exit. */
  public static Console system(Map<String, String> environment, String terminalDescriptors) {
    Terminals terminals = Terminals.parse(terminalDescriptors);
    boolean colour = terminals.err() && !environment.containsKey("NO_COLOR")
        && !"dumb".equals(environment.get("TERM"));
    return new Console(new FileInputStream(FileDescriptor.in), stream(FileDescriptor.out, 1 << 16),
        stream(FileDescriptor.err, 1 << 10), terminals, colour);
  }

  private static PrintStream stream(FileDescriptor descriptor, int bufferBytes) {
    return new PrintStream(new BufferedOutputStream(new FileOutputStream(descriptor), bufferBytes), false,
        StandardCharsets.UTF_8);
  }

  public InputStream in() {
    return in;
  }

  public PrintStream out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  public Terminals terminals() {
    return terminals;
  }

  /** One line of data. */
  public void print(String line) {
    out.print(line);
    out.print('\n');
  }

  /** One line said to the person watching. */
  public void say(String line) {
    out.flush();
    err.print(line);
    err.print('\n');
    err.flush();
  }

  /** The text in the given SGR colour, or unchanged where colour is off. */
  public String coloured(Colour tone, String text) {
    return colour ? "\u001b[" + tone.sgr + "m" + text + "\u001b[0m" : text;
  }

  public boolean colour() {
    return colour;
  }

  /** Whether the reader of standard output has gone away, as {@code head} does when it has enough. */
  public boolean outputClosed() {
    return out.checkError();
  }

  public void flush() {
    out.flush();
    err.flush();
  }

  /** The few tones used, by meaning. */
  public enum Colour {
    GOOD("32"), BAD("31"), WARN("33"), STRONG("1"), FAINT("2");

    private final String sgr;

    Colour(String sgr) {
      this.sgr = sgr;
    }
  }
}
