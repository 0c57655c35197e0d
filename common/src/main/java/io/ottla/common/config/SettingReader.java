package io.ottla.common.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads typed values of the catalogue from wherever they are given. */
final class SettingReader {
  private final UnaryOperator<@Nullable String> source;

  SettingReader(UnaryOperator<@Nullable String> source) {
    this.source = source;
  }

  String string(Setting setting) {
    String value = source.apply(setting.name());
    return value == null || value.isBlank() ? setting.defaultValue() : value.strip();
  }

  @Nullable
  String optional(Setting setting) {
    String value = string(setting);
    return value.isEmpty() ? null : value;
  }

  int positive(Setting setting) {
    long value = number(setting);
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw new ConfigException(setting.name() + "=" + value + " must be between 1 and " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  int port(Setting setting) {
    long value = number(setting);
    if (value < 0 || value > 65_535) {
      throw new ConfigException(setting.name() + "=" + value + " is not a port");
    }
    return (int) value;
  }

  boolean flag(Setting setting) {
    String value = string(setting);
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new ConfigException(setting.name() + "=" + value + " must be true or false");
    };
  }

  List<Listener> listeners(Setting setting) {
    List<Listener> listeners = new ArrayList<>();
    for (String part : list(setting)) {
      int scheme = part.indexOf("://");
      if (scheme < 1) {
        throw new ConfigException(setting.name() + ": '" + part + "' is not NAME://host:port");
      }
      listeners.add(new Listener(part.substring(0, scheme), host(setting, part.substring(scheme + 3)),
          portOf(setting, part.substring(scheme + 3))));
    }
    return listeners;
  }

  List<QuorumMember> members(Setting setting) {
    List<QuorumMember> members = new ArrayList<>();
    for (String part : list(setting)) {
      int at = part.indexOf('@');
      if (at < 1 || !part.substring(0, at).chars().allMatch(Character::isDigit)) {
        throw new ConfigException(setting.name() + ": '" + part + "' is not id@host:port");
      }
      String address = part.substring(at + 1);
      members.add(
          new QuorumMember(Integer.parseInt(part.substring(0, at)), host(setting, address), portOf(setting, address)));
    }
    return members;
  }

  List<Listener> addresses(Setting setting) {
    List<Listener> addresses = new ArrayList<>();
    for (String part : list(setting)) {
      addresses.add(new Listener(Listener.INTERNAL, host(setting, part), portOf(setting, part)));
    }
    return addresses;
  }

  List<String> list(Setting setting) {
    List<String> parts = new ArrayList<>();
    for (String part : string(setting).split(",", -1)) {
      if (!part.isBlank()) {
        parts.add(part.strip());
      }
    }
    return parts;
  }

  private long number(Setting setting) {
    String value = string(setting);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new ConfigException(setting.name() + "=" + value + " must be a whole number");
    }
  }

  private static String host(Setting setting, String address) {
    int colon = address.lastIndexOf(':');
    if (colon < 1) {
      throw new ConfigException(setting.name() + ": '" + address + "' is not host:port");
    }
    return address.substring(0, colon);
  }

  private static int portOf(Setting setting, String address) {
    String text = address.substring(address.lastIndexOf(':') + 1);
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // told below, with the address that holds it
    }
    throw new ConfigException(setting.name() + ": '" + address + "' has no valid port");
  }
}
