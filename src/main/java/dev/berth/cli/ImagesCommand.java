package dev.berth.cli;

import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class ImagesCommand extends ClientCommand {
    private static final String NONE = "<none>";

    @Option(
            names = {"-q", "--quiet"},
            description = "Ids only")
    boolean quiet;

    @Option(
            names = {"-a", "--all"},
            description = "For docker's users: there are no images in between, which it would hide")
    boolean all;

    @Option(names = "--digests", description = "The manifest's digest, too")
    boolean digests;

    @Option(names = "--no-trunc", description = "Nothing is cut short")
    boolean whole;

    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Parameters(arity = "0..1", paramLabel = "NAME[:TAG]", description = "Only images of this name")
    String name;

    /** One line: an image under one of its references. */
    private record Row(String repository, String tag, Json image) {
        boolean matches(String name) {
            return name == null || repository.equals(name) || (repository + ":" + tag).equals(name);
        }
    }

    @Override
    int run(Context context) {
        List<Row> rows = context.api().get("/images").list().stream()
                .flatMap(image -> rows(image).stream())
                .filter(row -> row.matches(name))
                .toList();
        if (json) {
            context.println(new Json(rows.stream()
                            .map(row -> row.image().value())
                            .distinct()
                            .toList())
                    .pretty());
        } else if (quiet) {
            rows.stream().map(row -> id(row.image())).distinct().forEach(context::println);
        } else {
            context.print(table(rows, Instant.now()));
        }
        return 0;
    }

    private static List<Row> rows(Json image) {
        List<Json> references = image.get("references").list();
        if (references.isEmpty()) {
            return List.of(new Row(NONE, NONE, image));
        }
        return references.stream()
                .map(reference -> row(reference.text(), image))
                .toList();
    }

    private static Row row(String reference, Json image) {
        String familiar = Images.familiar(reference);
        int at = familiar.indexOf('@');
        if (at >= 0) {
            return new Row(familiar.substring(0, at), NONE, image);
        }
        int colon = familiar.lastIndexOf(':');
        return colon > familiar.lastIndexOf('/')
                ? new Row(familiar.substring(0, colon), familiar.substring(colon + 1), image)
                : new Row(familiar, "latest", image);
    }

    private String table(List<Row> rows, Instant now) {
        Table table = digests
                ? new Table("REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE")
                : new Table("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE");
        for (Row row : rows) {
            Json image = row.image();
            String age = Human.since(image.get("created").text(), now);
            String created = age.isEmpty() ? "N/A" : age + " ago";
            String size = Human.size(image.get("size").number(0));
            if (digests) {
                table.row(row.repository(), row.tag(), image.get("digest").text(), id(image), created, size);
            } else {
                table.row(row.repository(), row.tag(), id(image), created, size);
            }
        }
        return table.toString();
    }

    private String id(Json image) {
        String id = image.get("id").text();
        return whole ? id : Images.shortId(id);
    }
}
