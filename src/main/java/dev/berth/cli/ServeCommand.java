package dev.berth.cli;

import dev.berth.host.Configuration;
import dev.berth.host.EnterPlan;
import dev.berth.host.Installation;
import dev.berth.host.ServiceRecord;
import dev.berth.host.ServiceStart;
import java.util.Optional;
import picocli.CommandLine.Command;

/** Becomes the service, under the same pid, so that whoever started this can stop it. */
@Command
final class ServeCommand extends ClientCommand {
    @Override
    int run(Context context) {
        Optional<ServiceRecord> other = ServiceStart.running(context.environment());
        if (other.isPresent()) {
            throw new CliException("the service runs already, at " + other.get().url() + " (pid "
                    + other.get().pid() + "); stop it with: kill " + other.get().pid());
        }
        Configuration.check(context.environment());
        EnterPlan plan = EnterPlan.forService(context.environment(), Installation.locate());
        if (plan.single()) {
            context.err()
                    .println(
                            "berth: this user has no subordinate ids, so that every file in a container is the user's and "
                                    + "programs that switch users fail; berth doctor prints the remedy");
        }
        plan.exec();
        return 0;
    }
}
