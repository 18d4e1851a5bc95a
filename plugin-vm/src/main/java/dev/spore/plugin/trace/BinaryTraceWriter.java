package dev.spore.plugin.trace;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.ModuleJson;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.value.FloatText;
import dev.spore.plugin.value.Value;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a trace in the binary form while its run goes on, in constant memory. An instruction is
 * named once and then has a number; checksums that follow from their events are left out.
 */
public final class BinaryTraceWriter implements TraceOutput {
  private record Site(
      String function, long pc, long line, String opcode, boolean changes, long register) {}

  private final PluginModule module;
  private final ByteSink out;
  private final BlockWriter file;
  private final TraceHash hash = new TraceHash();
  private final EventTemplates templates;
  private final Ascii text = new Ascii();
  private final int[][] numbers;
  private final Map<Site, Integer> sites = new HashMap<>();
  private long siteBytes;
  private long events;

  /**
   * Starts the trace.
   *
   * @param entry name of the export that is run
   */
  public BinaryTraceWriter(PluginModule module, String entry, ByteSink out) {
    this.module = module;
    this.out = out;
    this.templates = new EventTemplates(module);
    this.file = new BlockWriter(out);
    this.numbers = new int[module.functions().size()][];
    byte[] magic = BinaryForm.magic();
    out.write(magic, 0, magic.length);
    file.bytes(ModuleJson.encode(module));
    file.text(entry);
    file.flush();
  }

  @Override
  public void step(
      int function,
      int pc,
      int register,
      @Nullable Value value,
      @Nullable CapabilityCall call,
      @Nullable String error) {
    int kind =
        call == null && error == null && !hash.isEmpty()
            ? EventTemplates.kind(value)
            : EventTemplates.OTHER;
    EventTemplate template =
        kind == EventTemplates.OTHER ? null : templates.of(function, pc, register, kind);
    int site = template == null ? 0 : number(function, pc);
    if (template == null || site == 0) {
      TraceEvent event =
          hash.seal(TraceEvent.of(module, function, pc, register, value, call, error));
      put(event, true);
      remember(function, pc, event);
      return;
    }
    text.clear();
    if (template.isFixed()) {
      template.fixed(text, hash);
    } else {
      template.begin(text);
      if (value instanceof Value.I64(long number)) {
        text.signed(number);
      } else if (value instanceof Value.F64(double number)) {
        text.add(FloatText.json(number));
      }
      template.end(text, hash);
    }
    file.boundary();
    file.number(BinaryForm.AT_SITE + (site - 1L));
    if (value != null) {
      file.value(value);
    }
    events++;
  }

  @Override
  public void integer(int function, int pc, int register, long number) {
    EventTemplate template =
        hash.isEmpty() ? null : templates.of(function, pc, register, EventTemplates.I64);
    int site = template == null ? 0 : number(function, pc);
    if (template == null || site == 0) {
      step(function, pc, register, new Value.I64(number), null, null);
      return;
    }
    text.clear();
    template.begin(text);
    text.signed(number);
    template.end(text, hash);
    file.boundary();
    file.number(BinaryForm.AT_SITE + (site - 1L));
    file.integer(number);
    events++;
  }

  /** One more than the number of an instruction's site; 0 if it has none. */
  private int number(int function, int pc) {
    int[] known = numbers[function];
    return known == null ? 0 : known[pc];
  }

  private void remember(int function, int pc, TraceEvent event) {
    Integer number = event.changes().size() > 1 ? null : sites.get(site(event));
    if (number != null && event.capability() == null && event.error() == null) {
      if (numbers[function] == null) {
        numbers[function] = new int[module.functions().get(function).code().size()];
      }
      numbers[function][pc] = number + 1;
    }
  }

  private static Site site(TraceEvent event) {
    boolean changes = !event.changes().isEmpty();
    return new Site(
        event.function(),
        event.pc(),
        event.sourceLine(),
        event.opcode(),
        changes,
        changes ? event.changes().getFirst().register() : 0);
  }

  @Override
  public void event(TraceEvent event) {
    boolean sealed = hash.checksum(event) == event.checksum();
    hash.add(event);
    put(event, sealed);
  }

  /** Writes an event, if it can by the number of its site. */
  private void put(TraceEvent event, boolean sealed) {
    file.boundary();
    events++;
    if (!sealed
        || event.changes().size() > 1
        || event.capability() != null
        || event.error() != null) {
      full(event, sealed);
      return;
    }
    Integer number = named(site(event));
    if (number == null) {
      full(event, true);
      return;
    }
    file.number(BinaryForm.AT_SITE + (long) number);
    if (!event.changes().isEmpty()) {
      file.value(event.changes().getFirst().value());
    }
  }

  private @Nullable Integer named(Site site) {
    Integer known = sites.get(site);
    if (known != null) {
      return known;
    }
    long bytes = 3L * (site.function.length() + site.opcode.length());
    if (sites.size() == PluginLimits.TRACE_SITES_MAX
        || bytes > PluginLimits.TRACE_SITE_BYTES_MAX - siteBytes) {
      return null;
    }
    siteBytes += bytes;
    int number = sites.size();
    sites.put(site, number);
    file.number(BinaryForm.SITE);
    file.text(site.function);
    file.number(site.pc);
    line(site.line);
    file.text(site.opcode);
    file.octet(site.changes ? 1 : 0);
    if (site.changes) {
      file.number(site.register);
    }
    return number;
  }

  private void line(long line) {
    file.octet(line == SourceLines.NONE ? 0 : 1);
    if (line != SourceLines.NONE) {
      file.number(line);
    }
  }

  private void full(TraceEvent event, boolean sealed) {
    file.number(BinaryForm.FULL);
    file.text(event.function());
    file.number(event.pc());
    line(event.sourceLine());
    file.text(event.opcode());
    file.number(event.changes().size());
    for (RegisterChange change : event.changes()) {
      file.number(change.register());
      file.value(change.value());
    }
    CapabilityCall call = event.capability();
    file.octet(call == null ? 0 : 1);
    if (call != null) {
      file.text(call.id());
      file.text(call.answer().json());
      file.values(call.args());
      file.value(call.result());
    }
    nullable(event.error());
    checksum(event.checksum(), sealed);
  }

  private void nullable(@Nullable String text) {
    file.octet(text == null ? 0 : 1);
    if (text != null) {
      file.text(text);
    }
  }

  private void checksum(long checksum, boolean follows) {
    file.octet(follows ? 0 : 1);
    if (!follows) {
      file.fixed(checksum);
    }
  }

  @Override
  public long events() {
    return events;
  }

  @Override
  public long finish(
      @Nullable Value result, @Nullable String error, @Nullable TraceMetadata metadata) {
    long checksum = hash.finish(result, error);
    end(result, error, checksum, metadata);
    return checksum;
  }

  @Override
  public void finish(
      @Nullable Value result,
      @Nullable String error,
      long checksum,
      @Nullable TraceMetadata metadata) {
    end(result, error, checksum, metadata);
  }

  private void end(
      @Nullable Value result,
      @Nullable String error,
      long checksum,
      @Nullable TraceMetadata metadata) {
    long offset = file.last();
    file.number(BinaryForm.END);
    file.octet(result == null ? 0 : 1);
    if (result != null) {
      file.value(result);
    }
    nullable(error);
    file.fixed(checksum);
    file.octet(metadata == null ? 0 : 1);
    if (metadata != null) {
      file.bytes(JsonWriter.toBytes(false, metadata::write));
    }
    file.flush();
    out.write(BinaryForm.trailer(offset), 0, BinaryForm.TRAILER_BYTES);
  }

  @Override
  public void flush() {
    file.flush();
  }
}
