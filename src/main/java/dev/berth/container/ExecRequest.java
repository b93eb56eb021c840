package dev.berth.container;

import java.util.List;
import java.util.Map;

/**
 * A program to run in a container that runs already.
 *
 * @param env added to the container's environment
 * @param user null is the container's user
 * @param workingDir null is the container's directory
 * @param detach nobody is about to read its output: it is not waited for a reader, though one may still come and have what the log keeps
 */
public record ExecRequest(
        List<String> command,
        boolean tty,
        boolean openStdin,
        Map<String, String> env,
        String user,
        String workingDir,
        Integer columns,
        Integer rows,
        boolean detach) {
    public ExecRequest {
        command = Checks.list("command", command, Checks::noNul);
        if (command == null || command.isEmpty()) {
            throw new ContainerException.Invalid("command", "command is missing: say which program to run");
        }
        env = Checks.map("env", env, true);
        Checks.text("user", user);
        Checks.absolute("workingDir", workingDir);
        columns = columns == null ? TerminalSize.DEFAULT.columns() : columns;
        rows = rows == null ? TerminalSize.DEFAULT.rows() : rows;
        new TerminalSize(columns, rows);
    }

    TerminalSize size() {
        return new TerminalSize(columns, rows);
    }
}
