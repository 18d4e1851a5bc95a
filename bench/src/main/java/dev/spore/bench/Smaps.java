package dev.spore.bench;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resident memory of a process that runs one machine, from its {@code /proc/PID/smaps} (proc(5)).
 *
 * @param totalBytes Rss of everything
 * @param guestBytes Rss of guest RAM: the mapping that asked for huge pages (VmFlags {@code hg})
 * @param fileBytes Rss of what is backed by files: libraries, the JDK's image, the AOT cache
 */
record Smaps(long totalBytes, long guestBytes, long fileBytes) {
  private static final Pattern MAPPING =
      Pattern.compile("[0-9a-f]+-[0-9a-f]+ \\S+ \\S+ \\S+ (\\d+)\\s*(.*)");
  private static final Pattern RSS = Pattern.compile("Rss:\\s+(\\d+) kB");

  static Smaps parse(List<String> lines) {
    long total = 0;
    long guest = 0;
    long file = 0;
    long rss = 0;
    boolean ofFile = false;
    for (String line : lines) {
      Matcher mapping = MAPPING.matcher(line);
      Matcher resident = RSS.matcher(line);
      if (mapping.matches()) {
        ofFile = !mapping.group(1).equals("0");
      } else if (resident.matches()) {
        rss = Long.parseLong(resident.group(1)) * 1024;
        total += rss;
        file += ofFile ? rss : 0;
      } else if (line.startsWith("VmFlags:") && (line + " ").contains(" hg ")) {
        guest += rss;
      }
    }
    return new Smaps(total, guest, file);
  }

  long beyondGuestBytes() {
    return totalBytes - guestBytes;
  }
}
