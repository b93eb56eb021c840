package dev.berth.dashboard;

import dev.berth.access.Gate;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The pages: structure only. What they show arrives through the API, which asks for the session's secret. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
public class Pages {
    private static final Set<String> TABS =
            Set.of("overview", "terminal", "logs", "ports", "config", "events", "inspect");

    @CheckedTemplate(basePath = "dashboard")
    static class Templates {
        private Templates() {}

        static native TemplateInstance containers(String assets, String section);

        static native TemplateInstance create(String assets, String section);

        static native TemplateInstance container(String assets, String section);

        static native TemplateInstance images(String assets, String section);

        static native TemplateInstance image(String assets, String section);

        static native TemplateInstance volumes(String assets, String section);

        static native TemplateInstance ports(String assets, String section);

        static native TemplateInstance system(String assets, String section);

        static native TemplateInstance signIn(String assets);

        static native TemplateInstance missing(String assets, String section);
    }

    @FunctionalInterface
    private interface Page {
        TemplateInstance with(String assets, String section);
    }

    private final Gate gate;
    private final Assets assets;

    Pages(Gate gate, Assets assets) {
        this.gate = gate;
        this.assets = assets;
    }

    @GET
    public Response home() {
        return elsewhere("/containers");
    }

    @GET
    @Path("sign-in")
    public TemplateInstance signIn() {
        return Templates.signIn(assets.base());
    }

    @GET
    @Path("containers")
    public Response containers(HttpServerRequest request, UriInfo uri) {
        return show(request, uri, "containers", Templates::containers);
    }

    @GET
    @Path("containers/new")
    public Response create(HttpServerRequest request, UriInfo uri) {
        return show(request, uri, "containers", Templates::create);
    }

    @GET
    @Path("containers/{container}")
    public Response container(HttpServerRequest request, UriInfo uri) {
        return show(request, uri, "containers", Templates::container);
    }

    @GET
    @Path("containers/{container}/{tab}")
    public Response tab(HttpServerRequest request, UriInfo uri, String tab) {
        return show(request, uri, "containers", TABS.contains(tab) ? Templates::container : Templates::missing);
    }

    @GET
    @Path("images")
    public Response images(HttpServerRequest request, UriInfo uri) {
        return show(request, uri, "images", Templates::images);
    }

    @GET
    @Path("images/one")
    public Response image(HttpServerRequest request, UriInfo uri) {
        return show(request, uri, "images", Templates::image);
    }

    @GET
    @Path("volumes")
    public Response volumes(HttpServerRequest request, UriInfo uri) {
        return show(request, uri, "volumes", Templates::volumes);
    }

    @GET
    @Path("ports")
    public Response ports(HttpServerRequest request, UriInfo uri) {
        return show(request, uri, "ports", Templates::ports);
    }

    @GET
    @Path("system")
    public Response system(HttpServerRequest request, UriInfo uri) {
        return show(request, uri, "system", Templates::system);
    }

    /** A path alone: behind a tunnel that ends TLS only the browser knows the scheme and the name. */
    private static Response elsewhere(String path) {
        return Response.status(Response.Status.SEE_OTHER)
                .header(HttpHeaders.LOCATION, path)
                .build();
    }

    private Response show(HttpServerRequest request, UriInfo uri, String section, Page page) {
        if (!gate.isSignedIn(Browser.asked(request, gate))) {
            String here = uri.getRequestUri().getRawPath()
                    + (uri.getRequestUri().getRawQuery() == null
                            ? ""
                            : "?" + uri.getRequestUri().getRawQuery());
            return elsewhere("/sign-in?next=" + URLEncoder.encode(here, StandardCharsets.UTF_8));
        }
        TemplateInstance shown = page.with(assets.base(), section);
        return Response.ok(shown).build();
    }
}
