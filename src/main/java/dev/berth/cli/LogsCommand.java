package dev.berth.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class LogsCommand extends ClientCommand {
    private static final Pattern AGE = Pattern.compile("(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?");

    @Option(
            names = {"-f", "--follow"},
            description = "Go on as it writes more")
    boolean follow;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "LINES",
            description = "Only the last lines (all)")
    String tail;

    @Option(names = "--since", paramLabel = "TIME", description = "An RFC 3339 time, or an age such as 10m or 1h30m")
    String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Likewise")
    String until;

    @Option(
            names = {"-t", "--timestamps"},
            description = "When each line was written")
    boolean timestamps;

    @Option(names = "--stream", paramLabel = "STREAM", description = "Only stdout or stderr")
    String stream;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Id or name")
    String container;

    @Override
    int run(Context context) {
        StringBuilder query = new StringBuilder("/logs?follow=" + follow + "&timestamps=" + timestamps);
        if (tail != null && !tail.equals("all")) {
            if (!tail.matches("\\d{1,9}")) {
                throw new CliException("cannot use --tail " + tail + ": it is a number of lines, or all");
            }
            query.append("&tail=").append(tail);
        }
        Instant now = Instant.now();
        append(query, "since", time(since, now));
        append(query, "until", time(until, now));
        append(query, "stream", stream);
        copy(context.api().request("GET", ContainersCommand.path(container, query.toString()), null, LogFrames.TYPE));
        return 0;
    }

    private static void append(StringBuilder query, String name, String value) {
        if (value != null) {
            query.append('&').append(name).append('=').append(Api.escape(value));
        }
    }

    /** RFC 3339 as the service wants it: what is given, or now less an age. */
    static String time(String text, Instant now) {
        if (text == null) {
            return null;
        }
        Matcher age = AGE.matcher(text);
        if (!text.isEmpty() && age.matches()) {
            long[] lengths = {86400, 3600, 60, 1};
            long seconds = 0;
            for (int i = 0; i < lengths.length; i++) {
                seconds += age.group(i + 1) == null ? 0 : Long.parseLong(age.group(i + 1)) * lengths[i];
            }
            return now.minus(Duration.ofSeconds(seconds)).toString();
        }
        if (text.matches("\\d{9,12}")) {
            return Instant.ofEpochSecond(Long.parseLong(text)).toString();
        }
        try {
            return java.time.OffsetDateTime.parse(text).toInstant().toString();
        } catch (DateTimeParseException e) {
            throw new CliException(
                    "'" + text + "' is no time: write 2026-01-31T12:00:00Z, or an age such as 10m or 1h30m");
        }
    }

    private static void copy(HttpResponse response) {
        LogFrames frames = new LogFrames(
                response.body(), new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err));
        try (response) {
            if (response.headers().getOrDefault("content-type", "").startsWith(LogFrames.TYPE)) {
                frames.copy();
            } else {
                frames.copyText(); // of a service that an earlier build started
            }
        } catch (IOException e) {
            throw new CliException("lost the connection to the service: " + e.getMessage());
        }
    }
}
