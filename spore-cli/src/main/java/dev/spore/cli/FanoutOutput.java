package dev.spore.cli;

import dev.spore.vmm.SporeException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where the output of the machines of one fan-out goes. Thread-safe, as is what it makes. */
interface FanoutOutput {
  /**
   * How all of it ended.
   *
   * @param succeeded children that ended with 0
   * @param exitStatus of the program
   * @param reason why all children were ended together, null if they were not
   */
  record Result(int children, int succeeded, int exitStatus, @Nullable SporeException reason) {}

  /**
   * The output of one child; one of {@link RunOutput#completed} and {@link RunOutput#failed} is
   * called once.
   *
   * @param number what users call it
   */
  RunOutput child(int number);

  /** All children have ended. */
  void ended(Result result) throws IOException;
}
