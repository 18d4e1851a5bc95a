package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.Locale;

/** How a failure looks on standard error: one line for people, one object for programs. */
final class Failures {
  private Failures() {}

  static String text(SporeException failure) {
    return "spore: " + failure.getMessage();
  }

  /** The {@code spore.error.v1} object. */
  static String json(SporeException failure) {
    Json json =
        new Json()
            .beginObject()
            .field("schema", "spore.error.v1")
            .field("schema_version", 1)
            .beginObject("error");
    return body(json, failure).endObject().endObject().toString();
  }

  /** The fields of a run that did not come to its own end. */
  static Json outcome(Json json, SporeException failure, Timeline timeline) {
    boolean canceled = failure.code() == ErrorCode.OPERATION_CANCELED;
    json.field("outcome", canceled ? "canceled" : "failed")
        .field("exit_code", failure.code().exitStatus());
    timeline.json(json).beginObject("error");
    return body(json, failure).endObject();
  }

  /** The fields of an error, for an object the caller has opened. */
  static Json body(Json json, SporeException failure) {
    return json.field("code", failure.code().code())
        .field("message", String.valueOf(failure.getMessage()))
        .field("retry", failure.code().retry().name().toLowerCase(Locale.ROOT))
        .field(
            "retryable",
            switch (failure.code().retry()) {
              case TRANSIENT -> true;
              case AFTER_FIX, UNKNOWN -> false;
            })
        .field("exit_code", failure.code().exitStatus());
  }
}
