package dev.berth.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.berth.container.Containers;
import dev.berth.container.DiskUse;
import dev.berth.host.Configuration;
import dev.berth.host.Doctor;
import dev.berth.host.Version;
import dev.berth.image.Images;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code /system}: the machine and the service. */
@Path("/api/v1/system")
@Produces(MediaType.APPLICATION_JSON)
public class SystemResource {
    private final Containers containers;
    private final Images images;
    private final Configuration configuration;
    private final Doctor doctor;

    SystemResource(Containers containers, Images images, Configuration configuration, Doctor doctor) {
        this.containers = containers;
        this.images = images;
        this.configuration = configuration;
        this.doctor = doctor;
    }

    /** A check of the doctor's. */
    record Check(String name, String verdict, String detail, String remedy) {}

    /** Which programs work together here. */
    record Versions(String version, String apiVersion, String java, String kernel) {
        static Versions current() {
            return new Versions(Version.current(), "1", Runtime.version().toString(), System.getProperty("os.version"));
        }
    }

    /**
     * The service, and how much it holds.
     *
     * @param running containers
     * @param refused sentences by field: what a request for a container may not have in this version, or on this machine
     */
    record Info(
            @JsonUnwrapped Versions versions,
            long pid,
            Instant started,
            String dataDir,
            String runtimeDir,
            String architecture,
            int containers,
            int running,
            int images,
            Map<String, String> refused) {}

    @GET
    @Path("/version")
    @Operation(summary = "Versions of the service, of Java and of the kernel")
    public Versions version() {
        return Versions.current();
    }

    @GET
    @Path("/info")
    @Operation(summary = "The service, and how much it holds")
    public Info info() {
        return new Info(
                Versions.current(),
                ProcessHandle.current().pid(),
                ProcessHandle.current().info().startInstant().orElse(null),
                configuration.paths().dataDir().toString(),
                configuration.paths().runtimeDir().toString(),
                System.getProperty("os.arch"),
                containers.list(true).size(),
                containers.list(false).size(),
                images.list().size(),
                containers.refusedFields());
    }

    @GET
    @Path("/df")
    @Operation(summary = "How much of the disk images, containers and volumes take")
    public DiskUse diskUse() {
        return containers.diskUse();
    }

    @GET
    @Path("/doctor")
    @Operation(summary = "Tries what must work on this machine")
    public List<Check> doctor() {
        return doctor.examine().stream()
                .map(check -> new Check(check.name(), check.verdict().word(), check.detail(), check.remedy()))
                .toList();
    }
}
