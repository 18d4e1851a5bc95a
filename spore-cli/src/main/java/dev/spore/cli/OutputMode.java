package dev.spore.cli;

/** What standard output of {@code spore run} carries. */
enum OutputMode {
  /** The guest command's own bytes. */
  PASS_THROUGH,
  /** One {@code spore.run.result.v1} object at the end. */
  JSON,
  /** One {@code spore.automation.event.v1} object a line, as things happen. */
  EVENTS
}
