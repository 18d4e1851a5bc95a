package dev.spore.vmm;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmCap;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.KvmUnavailableException;
import dev.spore.vmm.quirk.QuirkProbe;
import dev.spore.vmm.quirk.QuirkProfile;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** This host's KVM: opened, checked, probed once per JVM. */
public final class HostKvm {
  private static @Nullable QuirkProfile profile;

  private HostKvm() {}

  /** Capabilities a machine needs, by the name KVM's documentation gives them. */
  public static Map<String, Integer> requiredCapabilities() {
    Map<String, Integer> needed = new LinkedHashMap<>();
    needed.put("KVM_CAP_USER_MEMORY", KvmCap.USER_MEMORY);
    needed.put("KVM_CAP_IRQCHIP", KvmCap.IRQCHIP);
    needed.put("KVM_CAP_PIT2", KvmCap.PIT2);
    needed.put("KVM_CAP_SET_TSS_ADDR", KvmCap.SET_TSS_ADDR);
    needed.put("KVM_CAP_SET_IDENTITY_MAP_ADDR", KvmCap.SET_IDENTITY_MAP_ADDR);
    needed.put("KVM_CAP_EXT_CPUID", KvmCap.EXT_CPUID);
    needed.put("KVM_CAP_IRQFD", KvmCap.IRQFD);
    needed.put("KVM_CAP_IOEVENTFD", KvmCap.IOEVENTFD);
    needed.put("KVM_CAP_VCPU_EVENTS", KvmCap.VCPU_EVENTS);
    needed.put("KVM_CAP_XSAVE", KvmCap.XSAVE);
    needed.put("KVM_CAP_XCRS", KvmCap.XCRS);
    needed.put("KVM_CAP_IMMEDIATE_EXIT", KvmCap.IMMEDIATE_EXIT);
    return needed;
  }

  /**
   * Opens KVM and checks its capabilities.
   *
   * @throws SporeException host.unsupported or host.unavailable, saying what to do
   */
  public static Kvm open() {
    Kvm kvm;
    try {
      kvm = Kvm.open();
    } catch (KvmUnavailableException e) {
      throw new SporeException(ErrorCode.HOST_UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
    requiredCapabilities()
        .forEach((name, number) -> {
          if (kvm.checkExtension(number) == 0) {
            kvm.close();
            throw new SporeException(
                ErrorCode.HOST_UNSUPPORTED,
                "KVM of this host lacks %s; use a newer kernel".formatted(name));
          }
        });
    return kvm;
  }

  /**
   * Begins to link the native calls and to find the quirks, on a thread of its own: some 40 ms a
   * program can spend on its arguments meanwhile. Optional; whoever comes before it is done waits.
   */
  public static void prepare() {
    Thread.ofPlatform()
        .daemon()
        .name("kvm-prepare")
        .start(() -> {
          try (Kvm kvm = open()) {
            quirks(kvm);
          } catch (SporeException | KvmException e) {
            System.getLogger(HostKvm.class.getName())
                .log(System.Logger.Level.DEBUG, "the machine's start will meet it again", e);
          }
        });
  }

  /** The host's quirks, probed at the first call. */
  public static synchronized QuirkProfile quirks(Kvm kvm) {
    QuirkProfile known = profile;
    if (known == null) {
      known = QuirkProbe.run(kvm);
      profile = known;
    }
    return known;
  }
}
