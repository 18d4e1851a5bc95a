package dev.spore.plugin.trace;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.value.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one event after the other out of the binary form. */
final class BinaryEvents {
  /** An instruction that was named; its events differ in a value at most. */
  record Site(String function, long pc, long line, String opcode, boolean changes, long register) {}

  private final BlockReader in;
  private final List<Site> sites;
  private final TraceHash hash = new TraceHash();

  /** Sites that were known before the place where reading began. */
  private int named;

  private long siteBytes;

  /**
   * @param sites those of the whole trace so far; more are added as they are named
   * @param named how many of them were named before the next record
   */
  BinaryEvents(BlockReader in, List<Site> sites, int named) {
    this.in = in;
    this.sites = sites;
    this.named = named;
  }

  /** How many sites have been named. */
  int named() {
    return named;
  }

  /** The next event, or null at the record that ends them. */
  @Nullable TraceEvent next() {
    while (true) {
      in.budget(PluginLimits.TRACE_EVENT_BYTES_MAX);
      long code = in.number();
      if (code == BinaryForm.END) {
        return null;
      }
      if (code == BinaryForm.FULL) {
        return full();
      }
      if (code != BinaryForm.SITE) {
        long number = code - BinaryForm.AT_SITE;
        if (number < 0 || number >= named) {
          throw new DecodeException("the binary trace names an instruction before it tells it");
        }
        return at(sites.get((int) number));
      }
      site();
    }
  }

  private void site() {
    String function = in.text();
    long pc = in.number();
    long line = line();
    String opcode = in.text();
    boolean changes = in.flag();
    Site site = new Site(function, pc, line, opcode, changes, changes ? in.number() : 0);
    siteBytes += 3L * (function.length() + opcode.length());
    if (named == PluginLimits.TRACE_SITES_MAX || siteBytes > PluginLimits.TRACE_SITE_BYTES_MAX) {
      throw new DecodeException("the binary trace names too many instructions");
    }
    if (named == sites.size()) {
      sites.add(site);
    }
    named++;
  }

  private TraceEvent at(Site site) {
    List<RegisterChange> changes =
        site.changes ? List.of(new RegisterChange(site.register, in.value())) : List.of();
    TraceEvent event =
        new TraceEvent(site.function, site.pc, site.line, site.opcode, changes, null, null, 0);
    return event.withChecksum(hash.checksum(event));
  }

  private TraceEvent full() {
    String function = in.text();
    long pc = in.number();
    long line = line();
    String opcode = in.text();
    int count = in.count();
    List<RegisterChange> changes = new ArrayList<>(Math.min(count, 16));
    for (int i = 0; i < count; i++) {
      changes.add(new RegisterChange(in.number(), in.value()));
    }
    CapabilityCall call = in.flag() ? call() : null;
    String error = in.nullableText();
    boolean told = in.flag();
    long checksum = told ? in.fixed() : 0;
    TraceEvent event = new TraceEvent(function, pc, line, opcode, changes, call, error, checksum);
    return told ? event : event.withChecksum(hash.checksum(event));
  }

  private long line() {
    if (!in.flag()) {
      return SourceLines.NONE;
    }
    long line = in.number();
    if (line < 0) {
      throw new DecodeException("source line out of range");
    }
    return line;
  }

  private CapabilityCall call() {
    String id = in.text();
    String decision = in.text();
    List<Value> args = in.values();
    for (CapabilityCall.Answer answer : CapabilityCall.Answer.values()) {
      if (answer.json().equals(decision)) {
        return new CapabilityCall(id, answer, args, in.value());
      }
    }
    throw new DecodeException("unknown decision " + decision + " in the binary trace");
  }
}
