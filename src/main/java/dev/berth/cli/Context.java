package dev.berth.cli;

import dev.berth.host.Caller;
import dev.berth.host.HostException;
import dev.berth.host.Installation;
import dev.berth.host.Paths;
import dev.berth.host.ServiceRecord;
import dev.berth.host.ServiceStart;
import dev.berth.host.Token;
import java.io.PrintStream;
import java.util.Map;

/** What a verb has to work with: the environment, where to write, and the service, which is started when a verb asks for it. */
final class Context {
    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private Api api;

    Context(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    /** For a test: a service that is there already. */
    Context(Map<String, String> environment, PrintStream out, PrintStream err, Api api) {
        this(environment, out, err);
        this.api = api;
    }

    Map<String, String> environment() {
        return environment;
    }

    /** Standard output; a reader that has gone ends the verb. */
    void print(String text) {
        out.print(text);
        if (out.checkError()) {
            throw new BrokenPipe();
        }
    }

    void println(String line) {
        print(line + "\n");
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /** The service; started in the background when none runs. */
    Api api() {
        if (api == null) {
            ServiceRecord service = service();
            api = new Api(service.url(), token(service));
        }
        return api;
    }

    private ServiceRecord service() {
        return ServiceStart.running(environment)
                .orElseGet(() -> new ServiceStart(environment).start(Installation.locate()));
    }

    /** The token that a service takes. */
    String token(ServiceRecord service) {
        if (service.tokenFile() != null) {
            return Token.read(service.tokenFile()).value();
        }
        String given = environment.getOrDefault("BERTH_TOKEN", "");
        if (given.isEmpty()) {
            throw new HostException("the service that runs was started with BERTH_TOKEN; set the same value");
        }
        return given;
    }

    /** The token of the service that runs, or of the one that would be started. Root's is the service's own to make. */
    String token() {
        return ServiceStart.running(environment).map(this::token).orElseGet(() -> {
            Caller caller = Caller.current(environment);
            if (caller.isRoot() && environment.getOrDefault("BERTH_TOKEN", "").isEmpty()) {
                return token(service());
            }
            return Token.of(environment, Paths.from(environment).tokenFile(), caller)
                    .value();
        });
    }
}
