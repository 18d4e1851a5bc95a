package dev.spore.virtio.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CreditTest {
  private static final int BUFFER = 1 << 18;

  @Test
  void countersWrapWithoutLosingAByte() {
    Credit credit = new Credit(BUFFER);
    int forwarded = 0;
    assertThat(credit.peer(1L << 31, 0)).isTrue();
    for (int i = 0; i < 8; i++) {
      assertThat(credit.sendable()).isEqualTo(1L << 31);
      credit.sent(1 << 30);
      assertThat(credit.sendable()).isEqualTo(1L << 30);
      forwarded += 1 << 30;
      assertThat(credit.peer(1L << 31, forwarded)).isTrue();
    }
    assertThat(forwarded).isZero();
  }

  @Test
  void aCountThatGoesBackOrAheadIsImpossibleAndChangesNothing() {
    Credit credit = new Credit(BUFFER);
    credit.peer(1000, 0);
    credit.sent(600);
    assertThat(credit.peer(1000, 500)).isTrue();

    assertThat(credit.peer(1000, 499)).isFalse();
    assertThat(credit.peer(1000, 601)).isFalse();
    assertThat(credit.peer(1000, -1)).isFalse();
    assertThat(credit.sendable()).isEqualTo(900);
  }

  @Test
  void aShrunkBufferGivesNoCreditUntilItIsDrained() {
    Credit credit = new Credit(BUFFER);
    credit.peer(1000, 0);
    credit.sent(1000);
    credit.peer(10, 0);
    assertThat(credit.sendable()).isZero();
    credit.peer(10, 995);
    assertThat(credit.sendable()).isEqualTo(5);
  }

  @Test
  void theGuestIsToldEachTimeHalfTheBufferWasTakenAcrossTheWrap() {
    Credit credit = new Credit(BUFFER);
    long total = 0;
    while (total < 1L << 33) {
      credit.taken(BUFFER / 2 - 1);
      assertThat(credit.isUpdateDue()).isFalse();
      credit.taken(1);
      assertThat(credit.isUpdateDue()).isTrue();
      total += BUFFER / 2;
      assertThat(credit.advertise()).isEqualTo((int) total);
    }
  }

  @Property(tries = 300)
  void whateverTheGuestClaimsNoMoreIsInFlightThanItsBufferHolds(
      @ForAll @IntRange(min = 1, max = 5000) int buffer,
      @ForAll @Size(max = 50) List<@IntRange(min = -6000, max = 6000) Integer> claims) {
    Credit credit = new Credit(BUFFER);
    int sent = 0;
    int accepted = 0;
    credit.peer(buffer, 0);
    for (int claim : claims) {
      int now = (int) Math.min(credit.sendable(), 1000);
      credit.sent(now);
      sent += now;
      if (credit.peer(buffer, accepted + claim)) {
        accepted += claim;
      }
      assertThat(sent - accepted).isBetween(0, buffer);
    }
  }
}
