package dev.berth.cli;

import java.util.Set;
import java.util.stream.Collectors;

/** Ports of this machine as people read them: where they lead, or who has them. */
final class PortTable {
    private final Table table = new Table("PORT", "LEADS TO", "STATE", "BY");

    private PortTable() {}

    /** The ports of one container. */
    static PortTable of(String container, Json ports) {
        PortTable made = new PortTable();
        ports.list().forEach(port -> made.forward(container, port));
        return made;
    }

    /** All forwards, then what else is taken. */
    static PortTable ofMachine(Json found) {
        PortTable made = new PortTable();
        found.get("forwards")
                .list()
                .forEach(port -> made.forward(port.get("name").text(), port));
        Set<String> forwards = found.get("forwards").list().stream()
                .filter(port -> port.get("state").text().equals("active"))
                .map(port -> outside(port, "hostAddress", "hostPort"))
                .collect(Collectors.toSet());
        for (Json taken : found.get("taken").list()) {
            String port = outside(taken, "address", "port");
            if (!forwards.contains(port)) {
                made.table.row(port, "", "taken", holder(taken.get("holder")));
            }
        }
        return made;
    }

    /** What became of a port that was asked for. */
    static String line(String container, Json port) {
        String line = outside(port, "hostAddress", "hostPort") + " leads to port "
                + port.get("containerPort").text() + " of " + container;
        return port.get("state").text().equals("active") ? line : line + " when it runs";
    }

    private void forward(String container, Json port) {
        table.row(
                outside(port, "hostAddress", "hostPort"),
                container + ":" + port.get("containerPort").text(),
                port.get("state").text(),
                port.get("error").text());
    }

    private static String outside(Json port, String address, String number) {
        String host = port.get(address).text();
        String outside =
                port.get(number).isNull() ? "a free port" : port.get(number).text();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + outside + "/"
                + port.get("protocol").text();
    }

    private static String holder(Json holder) {
        return holder.isNull()
                ? "another user's program"
                : holder.get("name").text() + " (pid " + holder.get("pid").text() + ")";
    }

    @Override
    public String toString() {
        return table.toString();
    }
}
