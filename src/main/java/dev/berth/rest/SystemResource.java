package dev.berth.rest;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /system}: the machine and the service. */
@Path("/api/v1/system")
@Produces(MediaType.APPLICATION_JSON)
public class SystemResource {
    private final Containers containers;
    private final Images images;
    private final Configuration configuration;

    SystemResource(Containers containers, Images images, Configuration configuration) {
        this.containers = containers;
        this.images = images;
        this.configuration = configuration;
    }

    /** A check of the doctor's. */
    record Check(String name, String verdict, String detail, String remedy) {}

    @GET
    @Path("/version")
    public Map<String, String> version() {
        Map<String, String> version = new LinkedHashMap<>();
        version.put("version", Version.current());
        version.put("apiVersion", "1");
        version.put("java", Runtime.version().toString());
        version.put("kernel", System.getProperty("os.version"));
        return version;
    }

    @GET
    @Path("/info")
    public Map<String, Object> info() {
        Map<String, Object> info = new LinkedHashMap<>(version());
        info.put("pid", ProcessHandle.current().pid());
        info.put(
                "started",
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(Instant::toString)
                        .orElse(null));
        info.put("dataDir", configuration.paths().dataDir().toString());
        info.put("runtimeDir", configuration.paths().runtimeDir().toString());
        info.put("architecture", System.getProperty("os.arch"));
        info.put("containers", containers.list(true).size());
        info.put("running", containers.list(false).size());
        info.put("images", images.list().size());
        return info;
    }

    @GET
    @Path("/df")
    public DiskUse diskUse() {
        return containers.diskUse();
    }

    @GET
    @Path("/doctor")
    public List<Check> doctor() {
        return Doctor.forService(System.getenv()).examine().stream()
                .map(check -> new Check(check.name(), check.verdict().word(), check.detail(), check.remedy()))
                .toList();
    }
}
