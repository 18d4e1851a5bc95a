package dev.spore.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number taken from a C header is what this machine's compiler says it is. */
final class LayoutTest {
  /** One line of the C program: an expression and what the Java side holds for it. */
  private record Expected(String header, String expression, long value) {}

  @TempDir Path directory;

  @Test
  void everyLayoutAndConstantAgreesWithTheCompiler() throws Exception {
    assumeTrue(hasCompiler(), "gcc is not installed");
    List<Expected> table = table();
    assertThat(table).hasSizeGreaterThan(400);
    // One program per set of headers: asm/termbits.h and its like do not go together with libc's.
    TreeMap<String, List<Expected>> byHeader = new TreeMap<>();
    table.forEach(row -> byHeader.computeIfAbsent(row.header, h -> new ArrayList<>()).add(row));
    List<String> wrong = new ArrayList<>();
    for (List<Expected> rows : byHeader.values()) {
      List<String> lines = runC(rows);
      assertThat(lines).hasSameSizeAs(rows);
      for (int i = 0; i < rows.size(); i++) {
        long actual = Long.parseLong(lines.get(i));
        if (actual != rows.get(i).value) {
          wrong.add("%s is %d in C, %s".formatted(rows.get(i).expression, actual, rows.get(i)));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void noClassOfNumbersIsLeftOut() throws Exception {
    Set<String> unmarked = new TreeSet<>();
    for (Class<?> type : moduleClasses()) {
      boolean marked =
          type.isAnnotationPresent(CStruct.class) || type.isAnnotationPresent(CMacros.class);
      boolean family = Stream.of(type.getDeclaredClasses()).anyMatch(c -> isMarkedStruct(c));
      if (!marked && !family && type.getSimpleName().endsWith("Layout")) {
        unmarked.add(type.getName());
      }
    }
    assertThat(unmarked).isEmpty();
  }

  private static boolean isMarkedStruct(Class<?> type) {
    return type.isAnnotationPresent(CStruct.class);
  }

  private static List<Expected> table() throws Exception {
    List<Expected> table = new ArrayList<>();
    for (Class<?> type : moduleClasses()) {
      CStruct struct = type.getAnnotation(CStruct.class);
      CMacros macros = type.getAnnotation(CMacros.class);
      for (Field constant : type.getDeclaredFields()) {
        if (!Modifier.isStatic(constant.getModifiers()) || constant.isSynthetic()) {
          continue;
        }
        constant.setAccessible(true);
        if (macros != null) {
          String name = macros.prefix() + constant.getName();
          String headers = String.join(" ", macros.headers());
          table.add(new Expected(headers, name, constant.getLong(null)));
        } else if (struct != null) {
          addField(table, struct, constant);
        }
      }
    }
    return table;
  }

  private static void addField(List<Expected> table, CStruct struct, Field constant)
      throws IllegalAccessException {
    long value = constant.getLong(null);
    if (constant.getName().equals("SIZE")) {
      table.add(new Expected(struct.header(), "sizeof(" + struct.type() + ")", value));
      return;
    }
    CField field = constant.getAnnotation(CField.class);
    assertThat(field).as("annotation of %s", constant).isNotNull();
    String name =
        field.value().isEmpty() ? constant.getName().toLowerCase(Locale.ROOT) : field.value();
    String member = struct.arm() + name;
    String type = struct.type();
    table.add(new Expected(struct.header(), "offsetof(" + type + ", " + member + ")", value));
    String size = "sizeof(((" + type + " *)0)->" + member + ")";
    table.add(new Expected(struct.header(), size, field.bytes()));
  }

  /** All classes of the module, from the directory the compiler wrote them to. */
  private static List<Class<?>> moduleClasses()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path root = Path.of(Kvm.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.list(root.resolve("dev/spore/kvm"))) {
      for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.equals("package-info.class")) {
          String binary = "dev.spore.kvm." + name.substring(0, name.length() - 6);
          classes.add(Class.forName(binary, false, Kvm.class.getClassLoader()));
        }
      }
    }
    return classes;
  }

  private List<String> runC(List<Expected> rows) throws IOException, InterruptedException {
    StringBuilder source = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
    source.append("#include <stdio.h>\n");
    for (String header : rows.getFirst().header.split(" ", -1)) {
      source.append("#include <").append(header).append(">\n");
    }
    source.append("int main(void) {\n");
    for (Expected row : rows) {
      source.append("printf(\"%lld\\n\", (long long)(").append(row.expression).append("));\n");
    }
    source.append("return 0; }\n");
    Path file = Files.writeString(directory.resolve("layout.c"), source);
    Path program = directory.resolve("layout");
    run("gcc", "-o", program.toString(), file.toString());
    return run(program.toString()).lines().toList();
  }

  private static boolean hasCompiler() throws InterruptedException {
    try {
      run("gcc", "--version");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
