package dev.spore.bench;

import java.util.List;

/**
 * Some runs of one measurement.
 *
 * @param sorted the figures, smallest first, at least one
 */
record Stats(List<Double> sorted) {
  Stats {
    if (sorted.isEmpty()) {
      throw new IllegalArgumentException("no run, no figure");
    }
    sorted = sorted.stream().sorted().toList();
  }

  double min() {
    return sorted.getFirst();
  }

  double max() {
    return sorted.getLast();
  }

  int runs() {
    return sorted.size();
  }

  /** The middle one, or the mean of the two in the middle. */
  double median() {
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
