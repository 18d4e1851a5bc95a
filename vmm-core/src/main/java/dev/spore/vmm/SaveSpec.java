package dev.spore.vmm;

import java.nio.file.Path;
import java.util.Map;

/**
 * How a machine is saved.
 *
 * @param directory the spore to be: a name in an existing directory where nothing is yet
 * @param annotations the user's own notes, stored with it
 * @param goesOn whether the machine runs on afterwards: then it is stopped only while its latest
 *     writes are copied; else it stands still from the save on, until it is closed
 */
public record SaveSpec(Path directory, Map<String, String> annotations, boolean goesOn) {
  public SaveSpec {
    annotations = Map.copyOf(annotations);
  }
}
