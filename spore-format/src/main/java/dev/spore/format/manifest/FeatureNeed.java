package dev.spore.format.manifest;

import dev.spore.format.check.Check;

/**
 * Bits of one CPUID word that must be set on the host.
 *
 * @param function EAX of the instruction, 0 to 2^32-1
 * @param subleaf ECX of it, 0 to 2^32-1
 * @param bits not 0
 */
public record FeatureNeed(long function, long subleaf, Register register, int bits)
    implements Comparable<FeatureNeed> {
  /** Where CPUID leaves the word. */
  public enum Register {
    EAX("eax"),
    EBX("ebx"),
    ECX("ecx"),
    EDX("edx");

    private final String id;

    Register(String id) {
      this.id = id;
    }

    /** Its name in a manifest. */
    public String id() {
      return id;
    }
  }

  public FeatureNeed {
    Check.u32("function", function);
    Check.u32("subleaf", subleaf);
    Check.that(bits != 0, "a feature word needs no bit");
  }

  /** By function, subleaf and register; the bits do not count. */
  @Override
  public int compareTo(FeatureNeed other) {
    int byFunction = Long.compare(function, other.function);
    int bySubleaf = Long.compare(subleaf, other.subleaf);
    if (byFunction != 0 || bySubleaf != 0) {
      return byFunction != 0 ? byFunction : bySubleaf;
    }
    return register.compareTo(other.register);
  }
}
