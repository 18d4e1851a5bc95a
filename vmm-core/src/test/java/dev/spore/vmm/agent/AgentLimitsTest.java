package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two ends of the protocol agree on its bounds. */
final class AgentLimitsTest {
  @ParameterizedTest
  @CsvSource({
    "protocol.h, AGENT_PORT, 10700",
    "protocol.h, PROTOCOL_VERSION, " + Wire.VERSION,
    "protocol.h, HEADER_BYTES, " + Wire.HEADER_BYTES,
    "limits.h, LIMIT_PAYLOAD_BYTES, " + AgentLimits.PAYLOAD_BYTES_MAX,
    "limits.h, LIMIT_ARGS_BYTES, " + AgentLimits.ARGS_BYTES_MAX,
    "limits.h, LIMIT_SPEC_STRINGS, " + AgentLimits.SPEC_STRINGS_MAX,
    "limits.h, LIMIT_CWD_BYTES, " + AgentLimits.CWD_BYTES_MAX,
    "limits.h, LIMIT_USER_BYTES, " + AgentLimits.USER_BYTES_MAX,
    "limits.h, LIMIT_EXECS, " + AgentLimits.EXECS_MAX,
    "limits.h, LIMIT_STDIN_WINDOW, " + AgentLimits.STDIN_WINDOW_BYTES,
    "limits.h, LIMIT_OUTPUT_WINDOW, " + AgentLimits.OUTPUT_WINDOW_BYTES,
    "limits.h, LIMIT_TEXT_BYTES, " + AgentLimits.TEXT_BYTES_MAX,
    "limits.h, LIMIT_SESSION_BYTES, " + AgentLimits.SESSION_BYTES_MAX,
    "limits.h, LIMIT_SESSIONS, " + AgentLimits.SESSIONS_MAX,
    "limits.h, LIMIT_REPLAY_BYTES, " + AgentLimits.REPLAY_BYTES_MAX,
    "limits.h, LIMIT_HOSTNAME_BYTES, " + AgentLimits.HOSTNAME_BYTES_MAX,
    "limits.h, LIMIT_VM_ID_BYTES, " + AgentLimits.VM_ID_BYTES_MAX,
    "limits.h, LIMIT_PARAMETERS, " + AgentLimits.PARAMETERS_MAX,
    "limits.h, LIMIT_PARAMETER_NAME_BYTES, " + AgentLimits.PARAMETER_NAME_BYTES_MAX,
    "limits.h, LIMIT_PARAMETER_VALUE_BYTES, " + AgentLimits.PARAMETER_VALUE_BYTES_MAX,
    "limits.h, LIMIT_FREEZE_MILLIS, " + AgentLimits.FREEZE_MILLIS_MAX,
    "limits.h, LIMIT_GRACE_MILLIS, " + AgentLimits.GRACE_MILLIS_MAX,
  })
  void theAgentHasTheSameBound(String file, String name, int value) throws IOException {
    String header = Files.readString(Path.of("..", "guest", "agent", file));
    Matcher define = Pattern.compile("#define " + name + " (\\d+)u").matcher(header);
    assertThat(define.find()).isTrue();
    assertThat(Integer.parseInt(define.group(1))).isEqualTo(value);
  }
}
