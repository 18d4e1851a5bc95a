package dev.spore.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the figures of several measurements over several runs. */
final class Figures {
  private final Map<String, List<Double>> byName = new LinkedHashMap<>();

  void add(String name, double figure) {
    byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(figure);
  }

  Stats of(String name) {
    return new Stats(byName.getOrDefault(name, List.of()));
  }

  double median(String name) {
    return of(name).median();
  }
}
