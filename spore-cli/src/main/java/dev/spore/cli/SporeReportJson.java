package dev.spore.cli;

import dev.spore.format.manifest.AgentIdentity;
import dev.spore.format.manifest.DiskImage;
import dev.spore.format.manifest.FileIdentity;
import dev.spore.format.manifest.Generation;
import dev.spore.format.manifest.HostNeeds;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.SavedSession;
import dev.spore.format.manifest.SporeHeader;
import dev.spore.vmm.snapshot.ForkRecord;
import org.jspecify.annotations.Nullable;

/** A {@link SporeReport} for programs. Every member is always there; what is absent is null. */
final class SporeReportJson {
  private final Json json = new Json();

  private SporeReportJson() {}

  static String of(SporeReport report) {
    return new SporeReportJson().write(report);
  }

  private String write(SporeReport report) {
    Manifest manifest = report.manifest();
    json.beginObject()
        .field("schema", "spore.inspect.result.v1")
        .field("schema_version", 1)
        .field("directory", report.spore().directory().toString())
        .field("id", report.spore().id().toString())
        .field("format_version", SporeHeader.VERSION)
        .field("writer", manifest.writer())
        .field("created", report.created().toString())
        .field("created_unix_ns", manifest.createdNanos());
    generation(manifest.generation());
    fork(report.spore().fork().orElse(null));
    json.beginObject("board")
        .field("name", manifest.board().name())
        .field("version", manifest.board().version())
        .field("vcpus", manifest.board().vcpus())
        .field("memory_bytes", manifest.board().memoryBytes())
        .endObject();
    host(manifest.host());
    file("kernel", manifest.images().kernel());
    file("initrd", manifest.images().initrd());
    AgentIdentity agent = manifest.images().agent();
    file("agent", agent == null ? null : agent.file());
    json.field("agent_protocol", agent == null ? 0 : agent.protocol());
    memory(report);
    json.beginArray("disks");
    manifest.disks().forEach(this::disk);
    json.endArray().beginArray("sessions");
    manifest.sessions().forEach(this::session);
    json.endArray().beginObject("annotations");
    manifest.annotations().forEach(json::field);
    return json.endObject()
        .field("directory_bytes", report.directoryBytes())
        .field("verified", report.verified())
        .endObject()
        .toString();
  }

  private void generation(Generation generation) {
    json.beginObject("generation").field("number", generation.number());
    json.fieldOrNull("parent", generation.parent() == null ? null : generation.parent().toString())
        .field("lineage", generation.lineage().hex())
        .endObject();
  }

  private void fork(@Nullable ForkRecord fork) {
    if (fork == null) {
      json.fieldOrNull("fork", null);
      return;
    }
    json.beginObject("fork")
        .field("batch", fork.batch())
        .field("index", fork.index())
        .field("count", fork.count())
        .endObject();
  }

  private void host(HostNeeds host) {
    json.beginObject("host")
        .field("cpu_vendor", host.cpuVendor())
        .field("tsc_khz", host.tscKhz())
        .beginArray("quirks");
    host.quirks().forEach(json::element);
    json.endArray().endObject();
  }

  private void file(String name, @Nullable FileIdentity file) {
    if (file == null) {
      json.fieldOrNull(name, null);
      return;
    }
    json.beginObject(name)
        .field("blake3", file.digest().hex())
        .field("size_bytes", file.sizeBytes())
        .endObject();
  }

  private void memory(SporeReport report) {
    json.beginObject("memory")
        .field("size_bytes", report.manifest().memory().sizeBytes())
        .field("chunk_bytes", report.manifest().memory().chunkBytes())
        .field("data_chunks", report.manifest().memory().dataChunks())
        .field("zero_chunks", report.manifest().memory().zeroChunks())
        .endObject()
        .beginObject("stored")
        .field("chunks", report.storedChunks())
        .field("bytes", report.storedBytes())
        .endObject();
  }

  private void disk(DiskImage disk) {
    json.beginObject()
        .field("name", disk.name())
        .field("slot", disk.slot())
        .field("size_bytes", disk.sizeBytes())
        .field("read_only", disk.readOnly());
    file("base", disk.base());
    json.field("path_hint", disk.pathHint()).endObject();
  }

  private void session(SavedSession session) {
    json.beginObject().field("id", session.id()).field("tty", session.tty()).beginArray("argv");
    session.argv().forEach(json::element);
    json.endArray().endObject();
  }
}
