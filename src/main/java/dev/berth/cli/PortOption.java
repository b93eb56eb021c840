package dev.berth.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code [[HOST:]HOSTPORT:]CONTAINERPORT[/tcp|/udp]}; without a host port a free one is taken. */
final class PortOption {
    private static final Pattern FORM = Pattern.compile(
            "(?:(?:(?<host>[0-9.]+|\\[[0-9a-fA-F:]+]):)?(?<port>\\d{0,5}):)?(?<inside>\\d{1,5})(?:/(?<protocol>tcp|udp))?");

    private static final Pattern OUTSIDE =
            Pattern.compile("(?:(?<host>\\d+(?:\\.\\d+){3}):)?(?<port>\\d{1,5})(?:/(?<protocol>tcp|udp))?");

    private PortOption() {}

    static Map<String, Object> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new CliException("cannot forward '" + text + "': write [[HOST:]HOSTPORT:]CONTAINERPORT[/udp]");
        }
        Map<String, Object> port = new LinkedHashMap<>();
        if (form.group("host") != null) {
            port.put("hostAddress", form.group("host").replaceAll("[\\[\\]]", ""));
        }
        String outside = form.group("port");
        port.put("hostPort", outside == null || outside.isEmpty() ? null : number(outside, text));
        port.put("containerPort", number(form.group("inside"), text));
        port.put("protocol", form.group("protocol") == null ? "tcp" : form.group("protocol"));
        return port;
    }

    /** {@code [HOST:]HOSTPORT[/tcp|/udp]}, as the API's path of a container's port: {@code tcp/8080?hostAddress=127.0.0.1}. */
    static String outside(String text) {
        Matcher form = OUTSIDE.matcher(text);
        if (!form.matches() || Integer.parseInt(form.group("port")) > 65535) {
            throw new CliException("cannot remove port '" + text + "': write [HOST:]HOSTPORT[/udp]");
        }
        String protocol = form.group("protocol") == null ? "tcp" : form.group("protocol");
        String host = form.group("host") == null ? "" : "?hostAddress=" + form.group("host");
        return protocol + "/" + Integer.parseInt(form.group("port")) + host;
    }

    private static int number(String digits, String text) {
        int number = Integer.parseInt(digits);
        if (number < 1 || number > 65535) {
            throw new CliException("cannot forward '" + text + "': a port is a number from 1 to 65535");
        }
        return number;
    }
}
