package dev.spore.format.manifest;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatLimits;
import dev.spore.format.SporeId;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;

/** What a spore is beside its machine's state: lineage, memory, disks and sessions. */
final class ContentCodec {
  private ContentCodec() {}

  static Generation readGeneration(JsonIn in) {
    long number = in.number("number");
    ChunkId parent = Ids.readOrNull(in, "parent");
    return in.end(
        new Generation(
            number,
            parent == null ? null : new SporeId(parent),
            in.bytes("lineage", Generation.LINEAGE_BYTES)));
  }

  static void writeGeneration(JsonOut out, Generation v) {
    out.number("number", v.number());
    Ids.writeOrNull(out, "parent", v.parent() == null ? null : v.parent().hash());
    out.bytes("lineage", v.lineage());
  }

  static MemoryImage readMemory(JsonIn in) {
    return in.end(
        new MemoryImage(
            in.number("size_bytes"),
            in.number("chunk_bytes"),
            in.number("zero_chunks"),
            in.number("data_chunks"),
            Ids.read(in, "index")));
  }

  static void writeMemory(JsonOut out, MemoryImage v) {
    out.number("size_bytes", v.sizeBytes());
    out.number("chunk_bytes", v.chunkBytes());
    out.number("zero_chunks", v.zeroChunks());
    out.number("data_chunks", v.dataChunks());
    Ids.write(out, "index", v.index());
  }

  static DiskImage readDisk(JsonIn in) {
    return in.end(
        new DiskImage(
            in.text("name", FormatLimits.NAME_CHARS_MAX),
            in.integer("slot"),
            in.number("size_bytes"),
            in.flag("read_only"),
            in.objectOrNull("base", HostCodec::readFile),
            Ids.readOrNull(in, "index"),
            in.text("path_hint", FormatLimits.PATH_BYTES_MAX)));
  }

  static void writeDisk(JsonOut out, DiskImage v) {
    out.text("name", v.name());
    out.number("slot", v.slot());
    out.number("size_bytes", v.sizeBytes());
    out.flag("read_only", v.readOnly());
    out.objectOrNull("base", v.base(), HostCodec::writeFile);
    Ids.writeOrNull(out, "index", v.index());
    out.text("path_hint", v.pathHint());
  }

  static SavedSession readSession(JsonIn in) {
    return in.end(
        new SavedSession(
            in.text("id", FormatLimits.NAME_CHARS_MAX),
            in.number("exec"),
            in.texts(
                "argv",
                FormatLimits.SESSION_ARGUMENTS_MAX,
                FormatLimits.SESSION_ARGUMENT_BYTES_MAX),
            in.flag("tty"),
            in.flag("stdin_open"),
            ContentCodec.readReplay(in.object("stdout")),
            ContentCodec.readReplay(in.object("stderr"))));
  }

  static void writeSession(JsonOut out, SavedSession v) {
    out.text("id", v.id());
    out.number("exec", v.exec());
    out.texts("argv", v.argv());
    out.flag("tty", v.tty());
    out.flag("stdin_open", v.stdinOpen());
    out.object("stdout", v.stdout(), ContentCodec::writeReplay);
    out.object("stderr", v.stderr(), ContentCodec::writeReplay);
  }

  private static StreamReplay readReplay(JsonIn in) {
    return in.end(
        new StreamReplay(
            in.number("bytes_total"),
            in.flag("closed"),
            in.bytes("tail", FormatLimits.REPLAY_BYTES_MAX)));
  }

  private static void writeReplay(JsonOut out, StreamReplay v) {
    out.number("bytes_total", v.bytesTotal());
    out.flag("closed", v.closed());
    out.bytes("tail", v.tail());
  }
}
