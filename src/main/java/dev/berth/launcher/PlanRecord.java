package dev.berth.launcher;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One operation of a launch plan. Each has the name of a function of berth-init, which carries it out; numbers and phases
 * stand in {@code records.def}, which both sides read; docs/handshake.md says what the fields mean.
 *
 * <p>The fields of a plan are the record's components in order; a list is as many fields as it has elements. Modes are
 * octal and capability masks hexadecimal text.
 */
sealed interface PlanRecord {
    record Session(String kind, String id) implements PlanRecord {}

    record Log(long bytes, int files, String mode) implements PlanRecord {}

    record Tty(int columns, int rows) implements PlanRecord {}

    record Input(String state) implements PlanRecord {}

    record UidMap(long inside, long outside, long count) implements PlanRecord {}

    record GidMap(long inside, long outside, long count) implements PlanRecord {}

    record Join(int pid, long startTime) implements PlanRecord {}

    record CgroupProcs(String path) implements PlanRecord {}

    record Network(List<String> arguments) implements PlanRecord {}

    record Root() implements PlanRecord {}

    record Hostname(String name) implements PlanRecord {}

    record Mkdir(String path, String mode, long uid, long gid) implements PlanRecord {}

    record Mount(String type, String source, String target, String flags, String options) implements PlanRecord {}

    record Bind(String source, String target, String flags) implements PlanRecord {}

    record Attach(int fd, String target, String flags) implements PlanRecord {}

    record Symlink(String text, String path) implements PlanRecord {}

    record Terminal() implements PlanRecord {}

    record Sysctl(String path, String value) implements PlanRecord {}

    record Loopback() implements PlanRecord {}

    record Mask(String path) implements PlanRecord {}

    record ReadOnly(String path) implements PlanRecord {}

    record Pivot() implements PlanRecord {}

    record WaitNetwork() implements PlanRecord {}

    record Rlimit(int resource, long soft, long hard) implements PlanRecord {}

    record Umask(String mask) implements PlanRecord {}

    record Cwd(String path) implements PlanRecord {}

    record Groups(List<Long> ids) implements PlanRecord {}

    record Bounding(String mask) implements PlanRecord {}

    record Gid(long id) implements PlanRecord {}

    record Seccomp() implements PlanRecord {}

    record Uid(long id) implements PlanRecord {}

    record Capabilities(String effective, String permitted, String inheritable, String ambient) implements PlanRecord {}

    record NoNewPrivileges() implements PlanRecord {}

    record Env(String variable) implements PlanRecord {}

    record Argv(List<String> arguments) implements PlanRecord {}

    record End() implements PlanRecord {}

    /** The name in {@code records.def}: NoNewPrivileges is {@code no_new_privileges}. */
    static String name(Class<?> type) {
        return type.getSimpleName().replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** What the plan holds for this record. */
    default List<String> fields() {
        List<String> fields = new ArrayList<>();
        for (RecordComponent component : getClass().getRecordComponents()) {
            if (value(component) instanceof List<?> list) {
                list.forEach(element -> fields.add(element.toString()));
            } else {
                fields.add(value(component).toString());
            }
        }
        return fields;
    }

    private Object value(RecordComponent component) {
        try {
            return component.getAccessor().invoke(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
