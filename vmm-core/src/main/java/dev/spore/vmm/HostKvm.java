package dev.spore.vmm;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmCap;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.KvmUnavailableException;
import dev.spore.vmm.quirk.QuirkProbe;
import dev.spore.vmm.quirk.QuirkProfile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** This host's KVM: opened, checked, probed once per JVM. */
public final class HostKvm {
  private static final AtomicReference<@Nullable CompletableFuture<QuirkProfile>> PROFILE =
      new AtomicReference<>();

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
   * @throws SporeException host.unsupported, or host.unavailable when the host is short of
   *     something, saying what to do
   */
  public static Kvm open() {
    return open(Kvm.DEVICE);
  }

  /** Like {@link #open()} with the device somewhere else. */
  public static Kvm open(Path device) {
    Kvm kvm;
    try {
      kvm = Kvm.open(device);
    } catch (KvmUnavailableException e) {
      throw new SporeException(codeOf(e.reason()), String.valueOf(e.getMessage()), e);
    }
    boolean suitable = false;
    try {
      requireCapabilities(kvm);
      suitable = true;
      return kvm;
    } finally {
      if (!suitable) {
        kvm.close();
      }
    }
  }

  /** Trying again helps only where the host was short of something. */
  private static ErrorCode codeOf(KvmUnavailableException.Reason reason) {
    return switch (reason) {
      case MISSING, FORBIDDEN, NO_DRIVER, NOT_KVM, WRONG_VERSION -> ErrorCode.HOST_UNSUPPORTED;
      case OTHER -> ErrorCode.HOST_UNAVAILABLE;
    };
  }

  private static void requireCapabilities(Kvm kvm) {
    requiredCapabilities()
        .forEach((name, number) -> {
          if (kvm.checkExtension(number) == 0) {
            throw new SporeException(
                ErrorCode.HOST_UNSUPPORTED,
                "KVM of this host lacks %s; use a newer kernel".formatted(name));
          }
        });
  }

  /**
   * Begins to link the native calls and to find the quirks, on threads of its own: some 40 ms a
   * program can spend on its arguments meanwhile. Optional; whoever comes before it is done waits.
   */
  public static void prepare() {
    Thread.ofPlatform().daemon().name("kvm-fields").start(Kvm::linkFields);
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

  /** The host's quirks, probed at the first call; whoever calls meanwhile waits for that. */
  public static QuirkProfile quirks(Kvm kvm) {
    CompletableFuture<QuirkProfile> mine = new CompletableFuture<>();
    while (true) {
      CompletableFuture<QuirkProfile> others = PROFILE.compareAndExchange(null, mine);
      if (others == null) {
        probe(kvm, mine);
        return mine.join();
      }
      try {
        return others.join();
      } catch (CompletionException failed) {
        // Theirs to report; what was in their way may not be in ours.
      }
    }
  }

  private static void probe(Kvm kvm, CompletableFuture<QuirkProfile> profile) {
    try {
      QuirkProbe.run(kvm, profile::complete);
    } catch (RuntimeException | Error e) {
      if (!profile.isDone()) {
        PROFILE.set(null);
        profile.completeExceptionally(e);
      }
      throw e;
    }
  }
}
