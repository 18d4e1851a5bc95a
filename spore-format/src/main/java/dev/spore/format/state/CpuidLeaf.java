package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * One leaf of the CPUID table the guest was given (Intel SDM volume 2, CPUID).
 *
 * @param function EAX of the instruction, 0 to 2^32-1
 * @param subleaf ECX of it, 0 to 2^32-1; 0 where it does not matter
 * @param subleafMatters whether the answer depends on ECX
 */
public record CpuidLeaf(
    long function, long subleaf, boolean subleafMatters, int eax, int ebx, int ecx, int edx)
    implements Comparable<CpuidLeaf> {
  public CpuidLeaf {
    Check.u32("function", function);
    Check.u32("subleaf", subleaf);
    Check.that(subleafMatters || subleaf == 0, "a subleaf is given that does not matter");
  }

  /** By function, then subleaf. */
  @Override
  public int compareTo(CpuidLeaf other) {
    int byFunction = Long.compare(function, other.function);
    return byFunction != 0 ? byFunction : Long.compare(subleaf, other.subleaf);
  }
}
