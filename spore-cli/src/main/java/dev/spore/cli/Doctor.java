package dev.spore.cli;

import java.util.List;

final class Doctor {
  private Doctor() {}

  static DoctorReport examine(Installation installation) {
    return new DoctorReport(new HostChecks(installation).all(), List.of(), false);
  }
}
