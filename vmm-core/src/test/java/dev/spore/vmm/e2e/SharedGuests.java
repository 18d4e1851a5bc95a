package dev.spore.vmm.e2e;

import static org.junit.jupiter.api.extension.ExtensionContext.Namespace;

import dev.spore.vmm.DiskSpec;
import dev.spore.vmm.MachineSpec;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands booted machines to test constructors. Each shape is booted once in a test run, when it is
 * first asked for, and closed at the end of the run; tests leave them as they found them.
 */
final class SharedGuests implements ParameterResolver {
  private static final Namespace STORE = Namespace.create(SharedGuests.class);

  /** Which machine a parameter wants. */
  @Target(ElementType.PARAMETER)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Of {
    Shape value();
  }

  /** The machines there are. */
  enum Shape {
    /** One vCPU and as little memory as anybody should need. */
    SMALL,
    /** Two vCPUs, and two disks: vda is written, vdb is read-only. */
    PAIR
  }

  /** A shared machine with the images of its disks. */
  static final class Shared implements AutoCloseable {
    private final Guest guest;
    private final Disks disks;

    private Shared(Guest guest, Disks disks) {
      this.guest = guest;
      this.disks = disks;
    }

    Guest guest() {
      return guest;
    }

    Path writableDisk() {
      return disks.writable;
    }

    Path readOnlyDisk() {
      return disks.readOnly;
    }

    @Override
    public void close() throws IOException {
      guest.close();
      Files.delete(disks.writable);
      Files.delete(disks.readOnly);
    }
  }

  private record Disks(Path writable, Path readOnly) {
    static final int BYTES = 4 << 20;

    static Disks create() throws IOException {
      return new Disks(image(1), image(2));
    }

    private static Path image(long seed) throws IOException {
      byte[] content = new byte[BYTES];
      new Random(seed).nextBytes(content);
      return Files.write(Files.createTempFile("spore-disk", ".img"), content);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.isAnnotated(Of.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Shape shape = parameter.findAnnotation(Of.class).orElseThrow().value();
    Shared shared =
        context
            .getRoot()
            .getStore(STORE)
            .computeIfAbsent(shape, SharedGuests::attempt, Attempt.class)
            .shared();
    return parameter.getParameter().getType() == Guest.class ? shared.guest() : shared;
  }

  /** A boot that failed fails every test that needs it, and is not tried again for each. */
  private record Attempt(@Nullable Shared booted, @Nullable Throwable failure)
      implements AutoCloseable {
    Shared shared() {
      if (booted == null) {
        throw new IllegalStateException("the shared machine did not boot", failure);
      }
      return booted;
    }

    @Override
    public void close() throws IOException {
      if (booted != null) {
        booted.close();
      }
    }
  }

  private static Attempt attempt(Shape shape) {
    try {
      return new Attempt(boot(shape), null);
    } catch (IOException | RuntimeException e) {
      return new Attempt(null, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Attempt(null, e);
    }
  }

  private static Shared boot(Shape shape) throws IOException, InterruptedException {
    Disks disks = Disks.create();
    MachineSpec.Builder spec = Guest.spec();
    switch (shape) {
      case SMALL -> spec.memoryBytes(64 << 20);
      case PAIR ->
          spec.memoryBytes(128 << 20)
              .vcpus(2)
              .disk(new DiskSpec(disks.writable, false))
              .disk(new DiskSpec(disks.readOnly, true));
    }
    return new Shared(Guest.boot(spec.build()), disks);
  }
}
