package io.ottla.cli;

import java.lang.reflect.Constructor;
import picocli.CommandLine;

/** Makes commands: those with a constructor that takes the {@link Context} are given it. */
final class CommandFactory implements CommandLine.IFactory {
  private final Context context;

  CommandFactory(Context context) {
    this.context = context;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == Context.class) {
        return type.cast(constructor.newInstance(context));
      }
    }
    return CommandLine.defaultFactory().create(type);
  }
}
