package dev.berth.cli;

import dev.berth.host.Doctor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks itself, without the service: it is wanted most where that does not start. Exit code 1 when something must be repaired. */
@Command
final class DoctorCommand extends ClientCommand {
    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Override
    int run(Context context) {
        List<Doctor.Check> checks = Doctor.forCaller(context.environment()).examine();
        if (json) {
            context.println(new Json(checks.stream().map(DoctorCommand::map).toList()).pretty());
        } else {
            checks.forEach(check -> print(check, context));
        }
        return checks.stream().anyMatch(check -> check.verdict() == Doctor.Verdict.FAILED) ? 1 : 0;
    }

    private static Object map(Doctor.Check check) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", check.name());
        map.put("verdict", check.verdict().word());
        map.put("detail", check.detail());
        map.put("remedy", check.remedy());
        return map;
    }

    private static void print(Doctor.Check check, Context context) {
        context.println("%-7s %-22s %s".formatted(check.verdict().word(), check.name(), check.detail()));
        if (check.remedy() != null) {
            check.remedy().lines().forEach(line -> context.println(" ".repeat(31) + line));
        }
    }
}
