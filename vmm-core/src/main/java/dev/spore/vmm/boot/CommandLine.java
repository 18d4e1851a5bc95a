package dev.spore.vmm.boot;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** A kernel command line: parameters in order, each once, short enough not to be cut off. */
public final class CommandLine {
  private final String text;

  private CommandLine(String text) {
    this.text = text;
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * The line, parameters separated by one space: printable ASCII of at most {@link
   * BootLimits#COMMAND_LINE_BYTES_MAX} characters.
   */
  public String text() {
    return text;
  }

  @Override
  public String toString() {
    return text;
  }

  /** Collects parameters. Not thread-safe. */
  public static final class Builder {
    private final LinkedHashSet<String> parameters = new LinkedHashSet<>();
    private final List<String> extras = new ArrayList<>();

    private Builder() {}

    /**
     * Appends a parameter such as {@code quiet} or {@code console=hvc0} unless the very same one is
     * there already.
     *
     * @throws dev.spore.vmm.SporeException usage.invalid_argument when it is empty or holds a
     *     space, a quote or anything but printable ASCII
     */
    public Builder add(String parameter) {
      parameters.add(requireWord(parameter));
      return this;
    }

    /**
     * Sets {@code name=value}, taking out every earlier value of that name.
     *
     * @throws dev.spore.vmm.SporeException as {@link #add}
     */
    public Builder set(String name, String value) {
      String word = requireWord(name + "=" + value);
      parameters.removeIf(old -> old.startsWith(name + "="));
      parameters.add(word);
      return this;
    }

    /**
     * Announces virtio-mmio window {@code index}, 0 to {@link BootLayout#VIRTIO_WINDOWS_MAX} - 1,
     * in the form of Linux's {@code virtio_mmio.device} parameter.
     */
    public Builder virtioDevice(int index) {
      if (index < 0 || index >= BootLayout.VIRTIO_WINDOWS_MAX) {
        throw new IllegalArgumentException("no virtio-mmio window " + index);
      }
      int size = BootLayout.VIRTIO_MMIO_BYTES;
      long base = BootLayout.VIRTIO_MMIO + (long) index * size;
      // Not by a format string: the first one of a JVM costs some milliseconds.
      return add(
          "virtio_mmio.device=0x"
              + Integer.toHexString(size)
              + "@0x"
              + Long.toHexString(base)
              + ":"
              + (BootLayout.VIRTIO_GSI + index));
    }

    /**
     * Takes a user's own parameters. They come last, in their order: a later value wins in the
     * kernel, and what follows {@code --} goes to the guest's init.
     *
     * @param words parameters separated by spaces; double quotes keep spaces inside a value
     * @throws dev.spore.vmm.SporeException usage.invalid_argument when a quote stays open or a
     *     character is not printable ASCII
     */
    public Builder extra(String words) {
      requirePrintable(words);
      StringBuilder word = new StringBuilder();
      boolean quoted = false;
      for (int i = 0; i < words.length(); i++) {
        char c = words.charAt(i);
        quoted ^= c == '"';
        if (c == ' ' && !quoted) {
          takeExtra(word);
        } else {
          word.append(c);
        }
      }
      if (quoted) {
        throw BootError.argument("kernel arguments", "leave a double quote open", "close it");
      }
      takeExtra(word);
      return this;
    }

    /**
     * The line.
     *
     * @throws dev.spore.vmm.SporeException usage.invalid_argument when it is too long
     */
    public CommandLine build() {
      List<String> all = new ArrayList<>(parameters);
      all.addAll(extras);
      String text = String.join(" ", all);
      if (text.length() > BootLimits.COMMAND_LINE_BYTES_MAX) {
        throw BootError.argument(
            "kernel command line",
            "has %d characters, a kernel reads %d"
                .formatted(text.length(), BootLimits.COMMAND_LINE_BYTES_MAX),
            "pass fewer kernel arguments");
      }
      return new CommandLine(text);
    }

    private void takeExtra(StringBuilder word) {
      if (!word.isEmpty()) {
        extras.add(word.toString());
        word.setLength(0);
      }
    }

    private static String requireWord(String parameter) {
      requirePrintable(parameter);
      if (parameter.isEmpty() || parameter.indexOf(' ') >= 0 || parameter.indexOf('"') >= 0) {
        throw BootError.argument(
            "kernel parameter \"%s\"".formatted(parameter),
            "is empty or holds a space or a quote",
            "pass each parameter as one word");
      }
      return parameter;
    }

    private static void requirePrintable(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c < ' ' || c > '~') {
          throw BootError.argument(
              "kernel arguments", "hold the character 0x%x".formatted((int) c), "use plain ASCII");
        }
      }
    }
  }
}
