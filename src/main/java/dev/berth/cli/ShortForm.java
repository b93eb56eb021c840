package dev.berth.cli;

import dev.berth.host.Terminal;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code berth IMAGE [TAG]} means {@code berth run -it --rm IMAGE:TAG}, unless the word was meant for a verb. */
final class ShortForm {
    private ShortForm() {}

    /** The arguments of {@code run}. */
    static List<String> expand(List<String> words, Context context) {
        String word = words.get(0);
        if (Verb.isOfCheckout(word)) {
            throw new CliException("cannot " + word + ": this verb works from a checkout of Berth, as ./berth " + word);
        }
        if (Verb.isReserved(word)) {
            throw new CliException("'" + word + "' is not in this version of Berth; look at: berth --help");
        }
        if (words.size() > 2) {
            throw new CliException("too many words for 'berth IMAGE [TAG]'; to run a command write: berth run -it --rm "
                    + String.join(" ", words));
        }
        String image = words.size() == 2 ? word + ":" + words.get(1) : word;
        try {
            Reference.parse(image);
        } catch (OciException e) {
            throw new CliException("'" + word + "' is no verb, and " + e.getMessage());
        }
        refuseNearVerb(word, image, context);
        List<String> run = new ArrayList<>(List.of("--rm", "-i"));
        if (Terminal.isTerminal(Terminal.INPUT) && Terminal.isTerminal(Terminal.OUTPUT)) {
            run.add("-t");
        }
        run.add("--");
        run.add(image);
        return run;
    }

    /** {@code berth pss} must not fetch a stranger's image: near a verb, only an image that is here already counts. */
    private static void refuseNearVerb(String word, String image, Context context) {
        Optional<String> near = Verb.near(word);
        if (near.isPresent() && !isLocal(image, context)) {
            throw new CliException("'" + word + "' is no verb and no local image; did you mean 'berth " + near.get()
                    + "'? To fetch an image of that name: berth pull " + image);
        }
    }

    private static boolean isLocal(String image, Context context) {
        try {
            context.api().get("/images/one?reference=" + Api.escape(image));
            return true;
        } catch (CliException e) {
            if (e.isNotFound()) {
                return false;
            }
            throw e;
        }
    }
}
