package dev.spore.cli;

import dev.spore.format.manifest.AgentIdentity;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.FileIdentity;
import dev.spore.format.manifest.Generation;
import dev.spore.format.manifest.GuestImages;
import dev.spore.format.manifest.HostNeeds;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.SavedSession;
import dev.spore.vmm.snapshot.ForkRecord;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link SporeReport} as a table for people: a label, then one line of text. */
final class SporeReportText {
  private final StringBuilder text = new StringBuilder();

  private SporeReportText() {}

  static String of(SporeReport report) {
    SporeReportText table = new SporeReportText();
    Manifest manifest = report.manifest();
    table.line("spore", report.spore().directory().toString());
    table.line("id", report.spore().id().toString());
    table.line("writer", "spore " + manifest.writer());
    table.line("created", report.created().toString());
    table.descent(manifest.generation(), report.spore().fork().orElse(null));
    table.board(manifest);
    table.host(manifest.host());
    table.images(manifest.images());
    table.memory(report);
    manifest.disks().forEach(table::disk);
    manifest.sessions().forEach(table::session);
    for (Map.Entry<String, String> note : manifest.annotations().entrySet()) {
      table.line("annotation", note.getKey() + "=" + note.getValue());
    }
    table.line("directory", Sizes.show(report.directoryBytes()));
    table.line("verified", report.verified() ? "every chunk" : "manifest and index");
    return table.text.toString();
  }

  private void descent(Generation generation, @Nullable ForkRecord fork) {
    line("generation", generation.number() + " of lineage " + generation.lineage().hex());
    if (generation.parent() != null) {
      line("parent", generation.parent().toString());
    }
    if (fork != null) {
      line("fork", "child %d of %d of %s".formatted(fork.index(), fork.count(), fork.batch()));
    }
  }

  private void board(Manifest manifest) {
    line(
        "board",
        "%s version %d, %d vCPU, %s RAM"
            .formatted(
                manifest.board().name(),
                manifest.board().version(),
                manifest.board().vcpus(),
                Sizes.show(manifest.board().memoryBytes())));
  }

  private void host(HostNeeds host) {
    line(
        "host",
        "%s, TSC %d kHz, quirks %s"
            .formatted(
                host.cpuVendor(),
                host.tscKhz(),
                host.quirks().isEmpty() ? "none" : String.join(" ", host.quirks())));
  }

  private void images(GuestImages images) {
    line("kernel", file(images.kernel()));
    if (images.initrd() != null) {
      line("initrd", file(images.initrd()));
    }
    AgentIdentity agent = images.agent();
    if (agent != null) {
      line("agent", "%s, protocol %d".formatted(file(agent.file()), agent.protocol()));
    }
  }

  private void memory(SporeReport report) {
    line(
        "RAM",
        "%d chunks with data, %d of zeroes"
            .formatted(
                report.manifest().memory().dataChunks(), report.manifest().memory().zeroChunks()));
    line(
        "chunks",
        "%s in %d files".formatted(Sizes.show(report.storedBytes()), report.storedChunks()));
  }

  private void disk(DiskImage disk) {
    line(
        "disk",
        "%s, %s%s%s"
            .formatted(
                disk.name(),
                Sizes.show(disk.sizeBytes()),
                disk.readOnly() ? ", read-only" : "",
                disk.pathHint().isEmpty() ? "" : ", was " + disk.pathHint()));
  }

  private void session(SavedSession session) {
    line("session", session.id() + ": " + String.join(" ", session.argv()));
  }

  private static String file(FileIdentity file) {
    return file.digest().hex() + ", " + Sizes.show(file.sizeBytes());
  }

  private void line(String label, String value) {
    text.append("%-11s %s%n".formatted(label, Printable.of(value)));
  }
}
