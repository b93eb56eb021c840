package dev.berth.cli;

/** What {@code berth --help} prints. */
final class Help {
    private static final String HEAD = """
            Usage: berth VERB [OPTIONS] [WORDS]
                   berth IMAGE [TAG]          fetch the image, start it, stand in its shell

            Berth runs containers without root. Its service is started when a verb needs it.
            """;

    private static final String TAIL = """

            From a checkout also: demo, bench, soak, dev, dist, test.
            Each verb explains itself with --help. Listings give JSON with --json.
            """;

    private Help() {}

    static String overview() {
        StringBuilder text = new StringBuilder(HEAD);
        for (Verb.Group group : Verb.Group.values()) {
            text.append('\n').append(group.title()).append(":\n");
            for (Verb verb : Verb.values()) {
                if (verb.group() == group) {
                    text.append("  %-10s %s%n".formatted(verb.word(), verb.purpose()));
                }
            }
        }
        return text.append(TAIL).toString();
    }
}
