package dev.spore.vmm.agent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions of one machine, whichever connection to its agent began or has them: those it had
 * when it was saved, and those begun since, until their end has been heard. Safe from any thread.
 */
public final class LiveSessions {
  private final Map<String, Entry> sessions = new LinkedHashMap<>();

  private sealed interface Entry {
    /** Nobody has attached to it here. */
    record Inherited(KnownSession known) implements Entry {}

    /** Begun here, or attached to. */
    record Held(ExecSession session, List<String> argv) implements Entry {}
  }

  /**
   * @param inherited sessions the machine already has
   */
  public LiveSessions(List<KnownSession> inherited) {
    inherited.forEach(session -> sessions.put(session.name(), new Entry.Inherited(session)));
  }

  /** What there is at this moment, in the order in which they began. */
  public synchronized List<KnownSession> list() {
    List<KnownSession> list = new ArrayList<>();
    sessions.forEach((name, entry) ->
        list.add(
            switch (entry) {
              case Entry.Inherited(KnownSession known) -> known;
              case Entry.Held(ExecSession session, List<String> argv) -> session.known(name, argv);
            }));
    return list;
  }

  /** The guest has started it. */
  synchronized void started(String name, ExecSession session, List<String> argv) {
    sessions.put(name, new Entry.Held(session, argv));
  }

  /** The guest has handed it over. */
  synchronized void attached(String name, ExecSession session) {
    List<String> argv =
        switch (sessions.get(name)) {
          case Entry.Inherited(KnownSession known) -> known.argv();
          case Entry.Held held -> held.argv();
          // Begun by a host that is gone; only the guest could tell as what.
          case null -> List.of(name);
        };
    sessions.put(name, new Entry.Held(session, argv));
  }

  /** Its exit status and the end of its streams have been heard: the guest has forgotten it. */
  synchronized void ended(String name) {
    sessions.remove(name);
  }
}
