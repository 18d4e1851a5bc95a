package dev.spore.format.state;

/**
 * A set of the 256 interrupt vectors, as the local APIC keeps three of (Intel SDM volume 3
 * §11.8.4).
 *
 * @param low vectors 0 to 63, vector 0 in bit 0
 * @param midLow vectors 64 to 127
 * @param midHigh vectors 128 to 191
 * @param high vectors 192 to 255
 */
public record VectorSet(long low, long midLow, long midHigh, long high) {
  /** No vector. */
  public static final VectorSet EMPTY = new VectorSet(0, 0, 0, 0);
}
