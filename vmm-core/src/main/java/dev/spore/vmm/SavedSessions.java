package dev.spore.vmm;

import dev.spore.format.Bytes;
import dev.spore.format.FormatLimits;
import dev.spore.format.manifest.SavedSession;
import dev.spore.format.manifest.StreamReplay;
import dev.spore.vmm.agent.KnownSession;
import java.util.ArrayList;
import java.util.List;

/** Sessions of a machine as its spores have them. */
final class SavedSessions {
  private static final Bytes NOTHING = Bytes.of(new byte[0]);

  private SavedSessions() {}

  /**
   * Writes them down. Their output is in the guest's memory, where its agent keeps it.
   *
   * @throws SporeException usage.invalid_argument when the format has no room for them
   */
  static List<SavedSession> of(List<KnownSession> sessions) {
    if (sessions.size() > FormatLimits.SESSIONS_MAX) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "the machine has %d sessions, a spore has room for %d: end some of them before it is saved"
              .formatted(sessions.size(), FormatLimits.SESSIONS_MAX));
    }
    List<SavedSession> saved = new ArrayList<>();
    for (KnownSession session : sessions) {
      saved.add(of(session));
    }
    return saved;
  }

  private static SavedSession of(KnownSession session) {
    try {
      return new SavedSession(
          session.name(),
          Integer.toUnsignedLong(session.exec()),
          session.argv(),
          session.tty(),
          session.stdinOpen(),
          replay(session.stdout()),
          replay(session.stderr()));
    } catch (IllegalArgumentException e) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "session '%s' cannot be saved: %s; put long arguments into a file of the guest"
              .formatted(session.name(), e.getMessage()),
          e);
    }
  }

  private static StreamReplay replay(KnownSession.Output output) {
    return new StreamReplay(output.bytes(), output.ended(), NOTHING);
  }

  /** The same read again. */
  static List<KnownSession> known(List<SavedSession> sessions) {
    List<KnownSession> known = new ArrayList<>();
    for (SavedSession session : sessions) {
      known.add(
          new KnownSession(
              session.id(),
              (int) session.exec(),
              session.argv(),
              session.tty(),
              session.stdinOpen(),
              output(session.stdout()),
              output(session.stderr())));
    }
    return known;
  }

  private static KnownSession.Output output(StreamReplay replay) {
    return new KnownSession.Output(replay.bytesTotal(), replay.closed());
  }
}
