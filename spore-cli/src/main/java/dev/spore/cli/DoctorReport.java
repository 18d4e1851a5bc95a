package dev.spore.cli;

import java.util.List;

/**
 * What {@code spore doctor} found.
 *
 * @param quirks what this host's KVM does differently, each with what Spore does about it; empty on
 *     hardware KVM
 * @param quirksKnown false when no tiny guest could run to find out
 */
record DoctorReport(List<Check> checks, List<Quirk> quirks, boolean quirksKnown) {

  /**
   * One difference.
   *
   * @param id stable name for programs
   * @param detail one sentence
   */
  record Quirk(String id, String detail) {}

  DoctorReport {
    checks = List.copyOf(checks);
    quirks = List.copyOf(quirks);
  }

  boolean runnable() {
    return checks.stream().noneMatch(check -> check.required() && !check.ok());
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (Check check : checks) {
      text.append("%-8s %-18s %s%n".formatted(check.status(), check.id(), check.detail()));
      if (!check.fix().isEmpty()) {
        text.append("%-8s %-18s fix: %s%n".formatted("", "", check.fix()));
      }
    }
    for (Quirk quirk : quirks) {
      text.append("%-8s %-18s %s%n".formatted("quirk", quirk.id(), quirk.detail()));
    }
    if (quirksKnown && quirks.isEmpty()) {
      text.append(
          "%-8s %-18s %s%n".formatted("ok", "quirks", "none: KVM behaves as hardware does"));
    }
    text.append(
        runnable()
            ? "This host runs machines.\n"
            : "This host does not run machines yet: see the lines that say missing.\n");
    return text.toString();
  }

  /** The {@code spore.doctor.result.v1} object. */
  String json() {
    Json json =
        new Json()
            .beginObject()
            .field("schema", "spore.doctor.result.v1")
            .field("schema_version", 1)
            .field("runnable", runnable())
            .beginArray("checks");
    for (Check check : checks) {
      json.beginObject()
          .field("id", check.id())
          .field("status", check.status())
          .field("required", check.required())
          .field("detail", check.detail());
      if (!check.fix().isEmpty()) {
        json.field("fix", check.fix());
      }
      json.endObject();
    }
    json.endArray().field("quirks_known", quirksKnown).beginArray("quirks");
    for (Quirk quirk : quirks) {
      json.beginObject().field("id", quirk.id()).field("detail", quirk.detail()).endObject();
    }
    return json.endArray().endObject().toString();
  }
}
