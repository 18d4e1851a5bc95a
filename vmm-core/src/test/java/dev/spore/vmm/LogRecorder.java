package dev.spore.vmm;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects what is logged under a name instead of printing it. */
final class LogRecorder extends Handler implements AutoCloseable {
  // Held, for the logging system keeps loggers by weak references.
  private final Logger logger;
  private final List<String> messages = new CopyOnWriteArrayList<>();

  LogRecorder(String name) {
    logger = Logger.getLogger(name);
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  int count() {
    return messages.size();
  }

  List<String> messages() {
    return List.copyOf(messages);
  }

  @Override
  public void publish(LogRecord record) {
    messages.add(record.getMessage());
  }

  @Override
  public void flush() {
    // Nothing is buffered.
  }

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
