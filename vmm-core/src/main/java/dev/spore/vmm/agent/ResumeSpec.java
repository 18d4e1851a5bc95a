package dev.spore.vmm.agent;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who a restored or forked machine is from now on: everything its saved self shares with its other
 * copies and must not. The wall clock and fresh entropy are added when it is sent.
 *
 * @param generation how many restores lie between the first boot and this machine, unsigned
 * @param seed what the guest may derive further identities from, such as hardware addresses;
 *     unsigned
 * @param vmId letters, digits, {@code - . _}, beginning with none of {@code - .}
 * @param hostname letters, digits, {@code - .}, beginning with a letter or digit
 * @param machineId 32 lower-case hex digits, not all zero: /etc/machine-id
 * @param parameters for the guest's programs, in order; names are those of shell variables, values
 *     hold no control characters
 */
public record ResumeSpec(
    long generation,
    long seed,
    String vmId,
    String hostname,
    String machineId,
    Map<String, String> parameters) {
  private static final String NO_MACHINE_ID = "0".repeat(32);

  /**
   * Checks the bounds of {@link AgentLimits}.
   *
   * @throws SporeException USAGE_INVALID_ARGUMENT naming what is wrong
   */
  public ResumeSpec {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    require(
        vmId.matches("[A-Za-z0-9_][A-Za-z0-9._-]*") && vmId.length() <= AgentLimits.VM_ID_BYTES_MAX,
        "the machine's id '%s' is not 1 to 64 letters, digits, '-', '.' or '_'",
        vmId);
    require(
        hostname.matches("[A-Za-z0-9][A-Za-z0-9.-]*")
            && hostname.length() <= AgentLimits.HOSTNAME_BYTES_MAX,
        "the host name '%s' is not 1 to 64 letters, digits, '-' or '.'",
        hostname);
    require(
        machineId.matches("[0-9a-f]{32}") && !machineId.equals(NO_MACHINE_ID),
        "the machine id '%s' is not 32 lower-case hex digits",
        machineId);
    require(
        parameters.size() <= AgentLimits.PARAMETERS_MAX,
        "more than %d parameters for a machine",
        AgentLimits.PARAMETERS_MAX);
    parameters.forEach(ResumeSpec::check);
  }

  private static void check(String name, String value) {
    require(
        name.matches("[A-Za-z_][A-Za-z0-9_]*")
            && name.length() <= AgentLimits.PARAMETER_NAME_BYTES_MAX,
        "the parameter name '%s' is not that of a shell variable of at most 64 characters",
        name);
    require(
        value.codePoints().noneMatch(c -> Character.isISOControl(c) || isLoneSurrogate(c)),
        "the value of parameter %s has control characters",
        name);
    require(
        value.getBytes(StandardCharsets.UTF_8).length <= AgentLimits.PARAMETER_VALUE_BYTES_MAX,
        "the value of parameter %s is longer than %d bytes",
        name,
        AgentLimits.PARAMETER_VALUE_BYTES_MAX);
  }

  private static boolean isLoneSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is not a dependency of this module
  private static void require(boolean condition, String message, Object... values) {
    if (!condition) {
      throw new SporeException(ErrorCode.USAGE_INVALID_ARGUMENT, message.formatted(values));
    }
  }
}
