# shellcheck shell=bash
# Flags of the JVM that runs Spore; the AOT cache must be made with the same ones.
#
# Heap: a run keeps little on it, guest memory lives outside. One compiler tier: a run is over
# before the second one would pay. The JVM prints nothing of its own: standard output belongs to
# the guest's command, a stale AOT cache is not the user's business, and SIGQUIT must not dump
# threads into the middle of it.
#
# Compiling begins eight times later than by default: at a start it takes processors from the
# threads that are waited for, 15 ms of it on two of them; what matters is hot enough a second later.
#
# The profiles in the AOT cache serve the second tier alone; replaying them wakes a thread at every
# class that is initialised: 15 ms of a start.
# shellcheck disable=SC2034,SC2054
java_flags=(
  -Xms8m -Xmx96m -Xss512k
  -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=8 -XX:ReservedCodeCacheSize=16m
  -XX:-UsePerfData -XX:+DisableAttachMechanism
  -XX:+UnlockDiagnosticVMOptions -XX:-DisplayVMOutput -XX:-AOTReplayTraining
  -Xlog:disable
  --enable-native-access=dev.spore.kvm,com.github.luben.zstd_jni
)

# For spore plugin, after the others: values of plugins lie on the heap, and a plugin that computes
# for a second is faster for the second compiler tier.
# shellcheck disable=SC2034
plugin_flags=(-Xmx512m -XX:TieredStopAtLevel=4 -XX:ReservedCodeCacheSize=48m)
